import type { Artifact, ArtifactSource } from '@tessera/model';
import { encodeFrame } from '../channel/frame.ts';
import type { Preload } from '../protocol.ts';

/** Artifacts kept in memory, as frames ready to send; the oldest give way. */
const MAX_CACHED_BYTES = 128 * 1024 * 1024;

/** Smaller bundles compile faster than their cache is read. */
const MIN_CACHEABLE_BYTES = 64 * 1024;

/** A wrong guess costs time or memory, nothing else. */
const WEB = /\b(?:fetch|http2|WebSocket|EventSource)\b/;

export interface LoadedArtifact {
  readonly hash: string;
  /** The `load` message, with V8's code cache once a process of this tenant has made one. */
  frame: Buffer;
  hasCodeCache: boolean;
  readonly bundle: string;
  readonly sourceMap: string;
  /** The code names `fetch` or `http2`, its packages included. */
  readonly usesWeb: boolean;
}

/** Keeps what many processes load. Content-addressed, so an entry is never stale. */
export class ArtifactCache {
  readonly #source: ArtifactSource;
  readonly #entries = new Map<string, LoadedArtifact>();
  readonly #loading = new Map<string, Promise<LoadedArtifact | undefined>>();
  #bytes = 0;

  constructor(source: ArtifactSource) {
    this.#source = source;
  }

  /** Undefined when the tenant has no such artifact. Rejects as the source does. */
  async load(tenantId: string, hash: string): Promise<LoadedArtifact | undefined> {
    // By tenant: that one tenant may read an artifact says nothing about the next.
    const key = `${tenantId}\n${hash}`;
    const known = this.#entries.get(key);
    if (known !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known;
    }
    const underWay = this.#loading.get(key);
    if (underWay !== undefined) return underWay;
    const loading = this.#source.load(tenantId, hash).then((artifact) => {
      if (artifact === undefined) return undefined;
      const loaded = prepareArtifact(hash, artifact);
      this.#keep(key, loaded);
      return loaded;
    });
    this.#loading.set(key, loading);
    try {
      return await loading;
    } finally {
      this.#loading.delete(key);
    }
  }

  /** What a process should have loaded before it gets these; nothing is wrong with an artifact that is missing. */
  async findPreload(tenantId: string, hashes: Iterable<string>): Promise<Preload> {
    for (const hash of hashes) {
      const artifact = await this.load(tenantId, hash).catch(() => undefined);
      if (artifact?.usesWeb) return 'web';
    }
    return 'common';
  }

  /** What was loaded lately, without asking the source. */
  peek(tenantId: string, hash: string): LoadedArtifact | undefined {
    return this.#entries.get(`${tenantId}\n${hash}`);
  }

  /** True when a process of the tenant should be asked for the code cache of this bundle. */
  wantsCodeCache(tenantId: string, hash: string): boolean {
    const artifact = this.peek(tenantId, hash);
    return (
      artifact !== undefined &&
      !artifact.hasCodeCache &&
      artifact.bundle.length >= MIN_CACHEABLE_BYTES
    );
  }

  /**
   * Keeps a code cache for later processes of the same tenant, and of no other: V8 runs what it holds
   * without a look, and the code that it was made beside may have had a hand in it.
   */
  addCodeCache(tenantId: string, hash: string, cache: string): void {
    const artifact = this.peek(tenantId, hash);
    if (artifact === undefined || artifact.hasCodeCache) return;
    this.#bytes -= sizeOf(artifact);
    artifact.hasCodeCache = true;
    if (cache !== '')
      artifact.frame = encodeFrame(
        JSON.stringify({ t: 'load', hash, cache, code: artifact.bundle }),
      );
    this.#bytes += sizeOf(artifact);
  }

  #keep(key: string, artifact: LoadedArtifact): void {
    this.#entries.set(key, artifact);
    this.#bytes += sizeOf(artifact);
    for (const [oldest, entry] of this.#entries) {
      if (this.#bytes <= MAX_CACHED_BYTES || oldest === key) break;
      this.#entries.delete(oldest);
      this.#bytes -= sizeOf(entry);
    }
  }
}

function prepareArtifact(hash: string, { bundle, sourceMap }: Artifact): LoadedArtifact {
  const frame = encodeFrame(JSON.stringify({ t: 'load', hash, code: bundle }));
  return { hash, frame, hasCodeCache: false, bundle, sourceMap, usesWeb: WEB.test(bundle) };
}

function sizeOf({ frame, bundle, sourceMap }: LoadedArtifact): number {
  return frame.length + bundle.length + sourceMap.length;
}
