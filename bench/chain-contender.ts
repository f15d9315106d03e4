import type { JsonObject, RecordedCommand, RunnableAction } from '@tessera/model';
import type { Contender } from './rounds.ts';

/** A post-login chain of some Actions on one event. */
export interface ChainWork {
  /** Action sources as CommonJS, in order. */
  readonly sources: readonly string[];
  readonly actions: readonly RunnableAction[];
  readonly event: JsonObject;
}

/** What every contender must produce: one per Action. Checked once before measuring. */
export interface ChainResult {
  readonly commands: readonly RecordedCommand[];
  readonly logs: readonly { readonly message: string }[];
}

export interface ChainContender extends Contender, AsyncDisposable {
  call(): Promise<readonly ChainResult[]>;
}

/** The first `length` Actions of the sample on its event. */
export function createWork(sources: readonly string[], event: JsonObject): ChainWork {
  const actions = sources.map(
    (_, index): RunnableAction => ({
      actionId: `00000000-0000-4000-8000-00000000000${index}`,
      actionName: `action-${index + 1}`,
      versionId: `00000000-0000-4000-9000-00000000000${index}`,
      versionNumber: 1,
      artifactHash: String(index).padStart(64, '0'),
      secrets: {},
    }),
  );
  return { sources, actions, event };
}
