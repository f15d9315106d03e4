import type { TriggerEffects, TriggerOutcome, TriggerPipeline, TriggerRun } from '@tessera/engine';
import type { TriggerId } from '@tessera/model';

export const NO_EFFECTS: TriggerEffects = {
  idTokenClaims: {},
  accessTokenClaims: {},
  addedScopes: [],
  removedScopes: [],
  transactionMetadata: {},
};

type Behaviour = (run: TriggerRun) => TriggerOutcome | Promise<TriggerOutcome>;

/** A pipeline whose triggers do what the test says. Remembers every run. */
export class FakePipeline implements TriggerPipeline {
  readonly runs: TriggerRun[] = [];
  readonly #behaviours = new Map<TriggerId, Behaviour>();

  on(triggerId: TriggerId, behaviour: Behaviour): void {
    this.#behaviours.set(triggerId, behaviour);
  }

  /** Binds an action that completes with these effects. */
  completes(triggerId: TriggerId, effects: Partial<TriggerEffects>): void {
    this.on(triggerId, () => completed(effects));
  }

  /** Unbinds every action of the trigger. */
  off(triggerId: TriggerId): void {
    this.#behaviours.delete(triggerId);
  }

  async hasActions(_store: unknown, triggerId: TriggerId): Promise<boolean> {
    return this.#behaviours.has(triggerId);
  }

  async run(run: TriggerRun): Promise<TriggerOutcome> {
    this.runs.push(run);
    const behaviour = this.#behaviours.get(run.triggerId);
    if (behaviour === undefined) return { end: { kind: 'completed' }, effects: NO_EFFECTS };
    const outcome = await behaviour(run);
    return { executionId: `execution-${this.runs.length}`, ...outcome };
  }
}

export function completed(effects: Partial<TriggerEffects> = {}): TriggerOutcome {
  return { end: { kind: 'completed' }, effects: { ...NO_EFFECTS, ...effects } };
}

export function denied(reason: string, effects: Partial<TriggerEffects> = {}): TriggerOutcome {
  return { end: { kind: 'denied', reason }, effects: { ...NO_EFFECTS, ...effects } };
}

export function failed(message: string): TriggerOutcome {
  return { end: { kind: 'failed', message }, effects: NO_EFFECTS };
}

export function suspended(url: string, effects: Partial<TriggerEffects> = {}): TriggerOutcome {
  const all = { ...NO_EFFECTS, ...effects };
  const remaining = [{ actionId: 'action-1', versionId: 'version-1' }];
  const suspension = {
    kind: 'redirect',
    url,
    executionId: 'execution-suspended',
    remaining,
    effects: all,
  } as const;
  return { end: { kind: 'suspended', suspension }, effects: all };
}
