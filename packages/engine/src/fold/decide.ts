import type { AuthorableTriggerId, ChallengeFactor, EnrollmentFactor } from '@tessera/action-types';
import { isStopping } from '../commands/stopping-command.ts';
import type { TriggerCommand } from '../commands/trigger-command.ts';
import { appendQuery } from '../redirect/append-query.ts';
import type { FactorRequest, SuspensionCause, TriggerEnd } from '../trigger-pipeline.ts';
import { unreachable } from '../unreachable.ts';

/** An end that an action asked for. */
export type Refusal = Extract<
  TriggerEnd,
  { readonly kind: 'denied' | 'dropped' | 'invalid' | 'retry' }
>;

/** What a command decides about the flow. */
export type Decision =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'suspended'; readonly cause: SuspensionCause };

/** The decision in a command; undefined when it leaves the flow as it is. */
export function decide(
  triggerId: AuthorableTriggerId,
  command: TriggerCommand,
): Decision | undefined {
  if (!isStopping(command)) return undefined;
  switch (command.method) {
    case 'access.deny':
      return refuse(toDenial(triggerId, command.args));
    case 'access.rejectInvalidSubjectToken':
      return refuse({
        kind: 'denied',
        code: 'invalid_request',
        reason: command.args[0],
        isInvalidSubjectToken: true,
      });
    case 'validation.error':
      return refuse({ kind: 'invalid', code: command.args[0], message: command.args[1] });
    case 'notification.drop':
      return refuse({ kind: 'dropped', reason: command.args[0] });
    case 'notification.retry':
      return refuse({ kind: 'retry', reason: command.args[0] });
    case 'session.revoke':
      return refuse({
        kind: 'denied',
        reason: command.args[0],
        revoke: { target: 'session', ...command.args[1] },
      });
    case 'refreshToken.revoke':
      return refuse({
        kind: 'denied',
        reason: command.args[0],
        revoke: { target: 'refreshToken', preserveRefreshTokens: false },
      });
    case 'redirect.sendUserTo':
      return suspend({
        kind: 'redirect',
        url: appendQuery(command.args[0], command.args[1].query),
      });
    case 'prompt.render':
      return suspend({ kind: 'form', formId: command.args[0], ...command.args[1] });
    case 'authentication.challengeWith':
      return suspend({
        kind: 'challenge',
        factors: toFactors([command.args[0]]),
        additionalFactors: toFactors(command.args[1].additionalFactors),
      });
    case 'authentication.challengeWithAny':
      return suspend({
        kind: 'challenge',
        factors: toFactors(command.args[0]),
        additionalFactors: [],
      });
    case 'authentication.enrollWith':
      return suspend({
        kind: 'enrollment',
        factors: toFactors([command.args[0]]),
        additionalFactors: toFactors(command.args[1].additionalFactors),
      });
    case 'authentication.enrollWithAny':
      return suspend({
        kind: 'enrollment',
        factors: toFactors(command.args[0]),
        additionalFactors: [],
      });
    default:
      return unreachable(command);
  }
}

const refuse = (refusal: Refusal): Decision => ({ kind: 'refused', refusal });
const suspend = (cause: SuspensionCause): Decision => ({ kind: 'suspended', cause });

/** What the arguments of `access.deny` mean differs by trigger; how many there are was checked. */
function toDenial(
  triggerId: AuthorableTriggerId,
  [first, second]: readonly [string, string?],
): Refusal {
  switch (triggerId) {
    case 'credentials-exchange':
    case 'custom-token-exchange':
      return { kind: 'denied', code: first, reason: second ?? first };
    case 'pre-user-registration':
      return {
        kind: 'denied',
        reason: first,
        ...(second !== undefined && { userMessage: second }),
      };
    default:
      return second === undefined
        ? { kind: 'denied', reason: first }
        : { kind: 'denied', code: first, reason: second };
  }
}

/** Options of a factor were read as JSON. */
function toFactors(
  factors: readonly (ChallengeFactor | EnrollmentFactor)[],
): readonly FactorRequest[] {
  return factors as readonly FactorRequest[];
}
