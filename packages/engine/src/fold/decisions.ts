import type { AuthorableTriggerId } from '@tessera/action-types';
import type { TriggerCommand } from '../commands/trigger-command.ts';
import type { Revocation, SuspensionCause } from '../trigger-pipeline.ts';
import { decide, type Refusal } from './decide.ts';

/** What the commands of one action decide together. A refusal stands above a suspension. */
export class Decisions {
  #refusal: Refusal | undefined;
  #suspension: SuspensionCause | undefined;

  /** The first; nothing that is said later lifts it, but what it revokes adds up. */
  get refusal(): Refusal | undefined {
    return this.#refusal;
  }

  /** The first; of redirects the last. */
  get suspension(): SuspensionCause | undefined {
    return this.#suspension;
  }

  /** Hears one command. Returns what of it is ignored, for the author to read. */
  add(triggerId: AuthorableTriggerId, command: TriggerCommand): string | undefined {
    const decision = decide(triggerId, command);
    if (decision === undefined) return undefined;
    if (decision.kind === 'refused') {
      this.#refusal = withRevocation(this.#refusal, decision.refusal);
      return undefined;
    }
    const isReplacement =
      this.#suspension?.kind === 'redirect' && decision.cause.kind === 'redirect';
    if (this.#suspension === undefined || isReplacement) {
      this.#suspension = decision.cause;
      return undefined;
    }
    return `api.${command.method} was ignored: the action had already asked for a ${this.#suspension.kind}`;
  }
}

function withRevocation(first: Refusal | undefined, later: Refusal): Refusal {
  if (first === undefined) return later;
  if (first.kind !== 'denied' || later.kind !== 'denied' || later.revoke === undefined)
    return first;
  return { ...first, revoke: addRevocation(first.revoke, later.revoke) };
}

/** Both end; refresh tokens live on only when no call was to end any. */
function addRevocation(first: Revocation | undefined, later: Revocation): Revocation {
  if (first === undefined) return later;
  if (first.target === 'refreshToken' && later.target === 'refreshToken') return first;
  return {
    target: 'session',
    preserveRefreshTokens: first.preserveRefreshTokens && later.preserveRefreshTokens,
  };
}
