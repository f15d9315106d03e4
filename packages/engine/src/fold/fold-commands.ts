import type { AuthorableTriggerId } from '@tessera/action-types';
import type { RecordedCommand } from '@tessera/model';
import { type CommandBudgets, takeFromBudgets } from '../commands/command-budgets.ts';
import { parseCommand } from '../commands/command-parsers.ts';
import type { TriggerCommand } from '../commands/trigger-command.ts';
import { COMMANDS_MAX_PER_ACTION } from '../limits.ts';
import { applyToDraft } from './apply-to-draft.ts';
import { findClaimObjection } from './claim-policy.ts';
import { type Decision, decide } from './decide.ts';
import type { EffectsDraft } from './effects-draft.ts';

type Refusal = Exclude<Decision, { readonly kind: 'redirect' }>;

/** What the commands of one action say, read but not yet applied. */
export type FoldedCommands =
  | { readonly kind: 'unreadable'; readonly problem: string }
  | {
      readonly kind: 'read';
      /** First refusal: nothing that is said later lifts it. */
      readonly refusal?: Refusal;
      /** Last redirect. */
      readonly redirectUrl?: string;
      /** For the record: what was not done, and why. */
      readonly warnings: readonly string[];
      /** Adds the effects to the draft. */
      apply(): void;
    };

export interface FoldCommandsContext {
  readonly triggerId: AuthorableTriggerId;
  readonly draft: EffectsDraft;
  readonly budgets: CommandBudgets;
  readonly namespacedClaimsOnly: boolean;
}

/** Reads the commands of one action. */
export function foldCommands(
  context: FoldCommandsContext,
  recorded: readonly RecordedCommand[],
): FoldedCommands {
  if (recorded.length > COMMANDS_MAX_PER_ACTION) {
    return { kind: 'unreadable', problem: `more than ${COMMANDS_MAX_PER_ACTION} calls` };
  }
  const accepted: TriggerCommand[] = [];
  const warnings = new Set<string>();
  let refusal: Refusal | undefined;
  let redirectUrl: string | undefined;
  for (const entry of recorded) {
    const command = parseCommand(context.triggerId, entry);
    if (command === undefined) {
      return { kind: 'unreadable', problem: `a call of ${describeMethod(entry.method)}` };
    }
    const objection = objectTo(command, context.namespacedClaimsOnly);
    if (objection !== undefined) {
      warnings.add(objection);
      continue;
    }
    const passedLimit = takeFromBudgets(context.budgets, command);
    if (passedLimit !== undefined) return { kind: 'unreadable', problem: passedLimit };
    accepted.push(command);
    const decision = decide(context.triggerId, command);
    if (decision?.kind === 'redirect') redirectUrl = decision.url;
    else refusal ??= decision;
  }
  return {
    kind: 'read',
    ...(refusal !== undefined && { refusal }),
    ...(redirectUrl !== undefined && { redirectUrl }),
    warnings: [...warnings],
    apply: () => {
      for (const command of accepted) applyToDraft(context.draft, command);
    },
  };
}

function objectTo(command: TriggerCommand, namespacedClaimsOnly: boolean): string | undefined {
  switch (command.method) {
    case 'idToken.setCustomClaim':
      return findClaimObjection({ name: command.args[0], token: 'idToken', namespacedClaimsOnly });
    case 'accessToken.setCustomClaim':
      return findClaimObjection({
        name: command.args[0],
        token: 'accessToken',
        namespacedClaimsOnly,
      });
    default:
      return undefined;
  }
}

/** The method's name, unless it is none that an author could have written. */
function describeMethod(method: unknown): string {
  return typeof method === 'string' && /^[a-zA-Z.]{1,60}$/.test(method)
    ? `api.${method}`
    : 'an unknown method';
}
