import type { TriggerCommand } from '../commands/trigger-command.ts';
import { unreachable } from '../unreachable.ts';
import type { EffectsDraft } from './effects-draft.ts';

/** Adds the effect of one command. Claims must have passed the claim policy. */
export function applyToDraft(draft: EffectsDraft, command: TriggerCommand): void {
  switch (command.method) {
    case 'idToken.setCustomClaim':
      draft.idTokenClaims.set(command.args[0], command.args[1]);
      return;
    case 'accessToken.setCustomClaim':
      draft.accessTokenClaims.set(command.args[0], command.args[1]);
      return;
    case 'accessToken.addScope':
      draft.scopes.set(command.args[0], 'added');
      return;
    case 'accessToken.removeScope':
      draft.scopes.set(command.args[0], 'removed');
      return;
    case 'user.setUserMetadata':
      draft.userMetadata.set(command.args[0], command.args[1]);
      return;
    case 'user.setAppMetadata':
      draft.appMetadata.set(command.args[0], command.args[1]);
      return;
    case 'transaction.setMetadata': {
      const [key, value] = command.args;
      if (value === null) draft.transactionMetadata.delete(key);
      else draft.transactionMetadata.set(key, value);
      return;
    }
    case 'transaction.addTargetScope':
      draft.targets = new Set([...draft.targets, command.args[0]]);
      return;
    case 'transaction.removeTargetScope':
      draft.targets = new Set([...draft.targets].filter((scope) => scope !== command.args[0]));
      return;
    case 'transaction.setTargetScopes':
      draft.targets = new Set(command.args[0]);
      return;
    case 'transaction.clearTargetScopes':
      draft.targets = new Set();
      return;
    // What these decide about the flow is in `decide`.
    case 'access.deny':
    case 'redirect.sendUserTo':
    case 'validation.error':
      return;
    default:
      unreachable(command);
  }
}
