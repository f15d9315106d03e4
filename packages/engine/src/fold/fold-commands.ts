import type { AuthorableTriggerId } from '@tessera/action-types';
import type { RecordedCommand } from '@tessera/model';
import { type CommandBudgets, takeFromBudgets } from '../commands/command-budgets.ts';
import { parseCommand } from '../commands/command-parsers.ts';
import type { TriggerCommand } from '../commands/trigger-command.ts';
import { COMMANDS_MAX_PER_ACTION } from '../limits.ts';
import type { SuspensionCause } from '../trigger-pipeline.ts';
import { applyToDraft } from './apply-to-draft.ts';
import { findClaimObjection } from './claim-policy.ts';
import type { Refusal } from './decide.ts';
import { Decisions } from './decisions.ts';
import type { EffectsDraft } from './effects-draft.ts';

/** What the commands of one action say, read but not yet applied. */
export type FoldedCommands =
  | { readonly kind: 'unreadable'; readonly problem: string }
  | {
      readonly kind: 'read';
      /** First refusal: nothing that is said later lifts it. */
      readonly refusal?: Refusal;
      /** First suspension; of redirects the last. */
      readonly suspension?: SuspensionCause;
      /** For the record: what was not done, and why. */
      readonly warnings: readonly string[];
      /** Adds the effects to the draft. `givenAt`: when the action ended. */
      apply(givenAt: Date): void;
    };

export interface FoldCommandsContext {
  readonly triggerId: AuthorableTriggerId;
  readonly draft: EffectsDraft;
  readonly budgets: CommandBudgets;
  readonly namespacedClaimsOnly: boolean;
  /** Whether the action ran the handler that continues a login. */
  readonly isContinued: boolean;
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
  const decisions = new Decisions();
  for (const entry of recorded) {
    const command = parseCommand(context.triggerId, entry);
    if (command === undefined || !canBeGiven(command, context)) {
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
    const ignored = decisions.add(context.triggerId, command);
    if (ignored !== undefined) warnings.add(ignored);
  }
  const { refusal, suspension } = decisions;
  return {
    kind: 'read',
    ...(refusal !== undefined && { refusal }),
    ...(suspension !== undefined && { suspension }),
    warnings: [...warnings],
    apply: (givenAt) => {
      for (const command of accepted) applyToDraft(context.draft, command, givenAt);
    },
  };
}

/** What is allowed in one handler only: a guest that was taken over could say it in the other. */
function canBeGiven(command: TriggerCommand, { isContinued }: FoldCommandsContext): boolean {
  return command.method !== 'authentication.recordMethod' || isContinued;
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
