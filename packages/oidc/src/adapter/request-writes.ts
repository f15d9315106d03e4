import type {
  JsonObject,
  NewLogEntry,
  OidcModelRepository,
  OidcModelUpsert,
  TenantStore,
} from '@tessera/model';
import Provider from 'oidc-provider';
import type { RequestStates } from '../request-state.ts';

/**
 * What one request of the protocol stores: kept until the request needs it or ends, and then written with
 * its log entries in one commit. A silent login stores a grant, a code, a session and an entry; each by
 * itself would be a commit of its own.
 */
export class RequestWrites {
  #waiting: OidcModelUpsert[] = [];
  #last: Promise<void> = Promise.resolve();
  #isOpen = false;

  /** True while the request is inside of oidc-provider; nothing waits before and after. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Lets writes wait from now on. */
  open(): void {
    this.#isOpen = true;
  }

  /** Nothing waits from now on; what waits must be flushed. */
  close(): void {
    this.#isOpen = false;
  }

  add(upsert: OidcModelUpsert): void {
    // oidc-provider may go on with the same objects: what is stored is how they are now.
    const payload = JSON.parse(JSON.stringify(upsert.payload)) as JsonObject;
    this.#waiting.push({ ...upsert, payload });
  }

  /**
   * Resolves when all that was added is durable, and the entries with it. Rejects when it could not be
   * written, and ever after: a request that lost a write must not go on.
   */
  flush(store: TenantStore, entries: readonly NewLogEntry[] = []): Promise<void> {
    const upserts = this.#waiting;
    this.#waiting = [];
    if (upserts.length === 0 && entries.length === 0) return this.#last;
    this.#last = this.#last.then(async () => {
      // Entries alone share their commit with those of other requests.
      if (upserts.length === 0) await store.logs.append(...entries);
      else await store.oidcModels.write(upserts, entries);
    });
    return this.#last;
  }
}

/**
 * The tenant's store, as the requests of the protocol see it: what they store waits for the end of the
 * request. Everything else that concerns artefacts comes after what waits: reads see it, revocations
 * catch it, and `consume` is not delayed.
 */
export function collectWrites(store: TenantStore, requests: RequestStates): TenantStore {
  const current = (): RequestWrites | undefined => {
    const { ctx } = Provider;
    const writes = ctx && requests.of(ctx).writes;
    return writes?.isOpen === true ? writes : undefined;
  };
  const inOrder = Object.entries(store.oidcModels).map(([name, method]) => [
    name,
    async (...args: readonly unknown[]): Promise<unknown> => {
      await current()?.flush(store);
      return await method(...args);
    },
  ]);
  const { upsert } = store.oidcModels;
  const oidcModels: OidcModelRepository = {
    ...(Object.fromEntries(inOrder) as OidcModelRepository),
    async upsert(model, id, payload, expiresInSeconds) {
      const writes = current();
      if (writes === undefined) await upsert(model, id, payload, expiresInSeconds);
      else writes.add({ model, id, payload, expiresInSeconds });
    },
  };
  return { ...store, oidcModels };
}
