import type { Job } from '@tessera/model';

type BuildDraft = Extract<Job, { kind: 'build-draft' }>;

/** A build that runs here, and the way to learn that it is no longer wanted. */
interface BuildSlot {
  readonly superseded: AbortSignal;
  end(): void;
}

/** The draft builds of this process: a newer draft of an action stops the build of an older one. */
export class RunningBuilds {
  readonly #running = new Map<
    string,
    { readonly revision: number; readonly controller: AbortController }
  >();

  /** Undefined when a newer draft is being built already. */
  begin({ tenantId, actionId, draftRevision }: BuildDraft): BuildSlot | undefined {
    const key = `${tenantId}/${actionId}`;
    const earlier = this.#running.get(key);
    if (earlier !== undefined && earlier.revision > draftRevision) return undefined;
    if (earlier !== undefined && earlier.revision < draftRevision) earlier.controller.abort();
    const entry = { revision: draftRevision, controller: new AbortController() };
    this.#running.set(key, entry);
    return {
      superseded: entry.controller.signal,
      end: () => {
        // A newer build may have taken the place.
        if (this.#running.get(key) === entry) this.#running.delete(key);
      },
    };
  }
}
