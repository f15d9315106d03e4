import type { JsonObject } from '@tessera/model';
import { isStopping, type StoppingCommand } from '../commands/stopping-command.ts';
import type { CommandNamed, TriggerCommand } from '../commands/trigger-command.ts';
import { appendQuery } from '../redirect/append-query.ts';
import { unreachable } from '../unreachable.ts';
import type { EffectsDraft } from './effects-draft.ts';
import type { LifetimeDraft } from './lifetime-draft.ts';

/** Adds the effect of one command. Claims must have passed the claim policy. */
export function applyToDraft(draft: EffectsDraft, command: TriggerCommand, givenAt: Date): void {
  // What these decide about the flow is in `decide`.
  if (isStopping(command)) return;
  if (isLifetimeCommand(command)) {
    applyToLifetime(draft, command);
    return;
  }
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
    default:
      applyToIdentity(draft, command, givenAt);
  }
}

type IdentityCommand = CommandNamed<
  | 'authentication.recordMethod'
  | 'authentication.setActor'
  | 'authentication.setOrganization'
  | 'authentication.setPrimaryUser'
  | 'authentication.setUserByConnection'
  | 'authentication.setUserById'
  | 'multifactor.enable'
  | 'transaction.setResultUrl'
>;

/** Who the person is, how they proved it, and where they go. */
function applyToIdentity(draft: EffectsDraft, command: IdentityCommand, givenAt: Date): void {
  switch (command.method) {
    case 'authentication.recordMethod':
      draft.recordedMethods.push({ name: command.args[0], timestamp: givenAt.toISOString() });
      return;
    case 'authentication.setPrimaryUser':
      draft.primaryUserId = command.args[0];
      return;
    case 'multifactor.enable': {
      const [provider, { allowRememberBrowser }] = command.args;
      draft.multifactor = provider === 'none' ? undefined : { provider, allowRememberBrowser };
      return;
    }
    case 'authentication.setUserById':
      draft.subject = { kind: 'id', userId: command.args[0] };
      return;
    case 'authentication.setUserByConnection': {
      const [connectionName, attributes, options] = command.args;
      draft.subject = {
        kind: 'connection',
        connectionName,
        attributes: attributes as unknown as JsonObject,
        creationBehavior: options.creationBehavior,
        updateBehavior: options.updateBehavior,
      };
      return;
    }
    case 'authentication.setActor':
      draft.actor = command.args[0] as unknown as JsonObject;
      return;
    case 'authentication.setOrganization':
      draft.organization = command.args[0];
      return;
    case 'transaction.setResultUrl':
      draft.resultUrl = appendQuery(command.args[0], command.args[1].query);
      return;
    default:
      unreachable(command);
  }
}

type LifetimeCommand = Exclude<
  Extract<TriggerCommand, { readonly method: `session.${string}` | `refreshToken.${string}` }>,
  StoppingCommand
>;

function isLifetimeCommand(
  command: Exclude<TriggerCommand, StoppingCommand>,
): command is LifetimeCommand {
  return command.method.startsWith('session.') || command.method.startsWith('refreshToken.');
}

function applyToLifetime(draft: EffectsDraft, command: LifetimeCommand): void {
  switch (command.method) {
    case 'session.setCookieMode':
      draft.session.cookieMode = command.args[0];
      return;
    case 'session.setExpiresAt':
      shorten(draft.session, 'expiresAt', command.args[0]);
      return;
    case 'refreshToken.setExpiresAt':
      shorten(draft.refreshToken, 'expiresAt', command.args[0]);
      return;
    case 'session.setIdleExpiresAt':
      shorten(draft.session, 'idleExpiresAt', command.args[0]);
      return;
    case 'refreshToken.setIdleExpiresAt':
      shorten(draft.refreshToken, 'idleExpiresAt', command.args[0]);
      return;
    case 'session.setMetadata':
      changeMetadata(draft.session, (metadata) => metadata.set(command.args[0], command.args[1]));
      return;
    case 'refreshToken.setMetadata':
      changeMetadata(draft.refreshToken, (metadata) =>
        metadata.set(command.args[0], command.args[1]),
      );
      return;
    case 'session.deleteMetadata':
      changeMetadata(draft.session, (metadata) => metadata.delete(command.args[0]));
      return;
    case 'refreshToken.deleteMetadata':
      changeMetadata(draft.refreshToken, (metadata) => metadata.delete(command.args[0]));
      return;
    case 'session.evictMetadata':
      changeMetadata(draft.session, (metadata) => metadata.clear());
      return;
    case 'refreshToken.evictMetadata':
      changeMetadata(draft.refreshToken, (metadata) => metadata.clear());
      return;
    default:
      unreachable(command);
  }
}

/** The earliest of several wins. */
function shorten(draft: LifetimeDraft, end: 'expiresAt' | 'idleExpiresAt', epochMs: number): void {
  draft[end] = Math.min(draft[end] ?? epochMs, epochMs);
}

function changeMetadata(
  draft: LifetimeDraft,
  change: (metadata: Map<string, string>) => unknown,
): void {
  change(draft.metadata);
  draft.isMetadataChanged = true;
}
