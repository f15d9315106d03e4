import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildFolders } from './build-messages.ts';

/** Remembered lockfiles are small; this many belong to far more sets than installations are kept. */
const MAX_RESOLUTIONS = 500;

interface CacheBounds {
  readonly maxInstalls: number;
  readonly maxCacheBytes: number;
  /** What was used this recently may be in use still; no build lasts longer. */
  readonly inUseMs: number;
}

/** Owns the builder's folder: makes what a build needs, removes what it leaves, bounds what stays. */
interface CacheKeeper {
  foldersFor(buildId: string): BuildFolders;
  prepare(folders: BuildFolders): Promise<void>;
  clean(folders: BuildFolders): Promise<void>;
}

export function createCacheKeeper(cacheDir: string, bounds: CacheBounds): CacheKeeper {
  const works = join(cacheDir, 'work');
  const shared = {
    npmCache: join(cacheDir, 'npm'),
    installs: join(cacheDir, 'installs'),
    resolutions: join(cacheDir, 'resolutions'),
  };
  let started: Promise<void> | undefined;
  const start = async (): Promise<void> => {
    // What a killed process left behind.
    await rm(works, { recursive: true, force: true });
    if ((await measure(shared.npmCache)) > bounds.maxCacheBytes) {
      await rm(shared.npmCache, { recursive: true, force: true });
    }
  };
  return {
    foldersFor: (buildId) => ({ work: join(works, buildId), ...shared }),
    async prepare({ work }) {
      started ??= start();
      try {
        await started;
      } catch (error) {
        // A folder that cannot be made now may be made later; the next build tries again.
        started = undefined;
        throw error;
      }
      for (const folder of [work, ...Object.values(shared)]) {
        await mkdir(folder, { recursive: true, mode: 0o700 });
      }
    },
    async clean({ work }) {
      await rm(work, { recursive: true, force: true, maxRetries: 3 });
      await keepNewest(shared.installs, bounds.maxInstalls, bounds.inUseMs);
      await keepNewest(shared.resolutions, MAX_RESOLUTIONS, bounds.inUseMs);
    },
  };
}

/** Bytes below `folder`; 0 when it does not exist. */
async function measure(folder: string): Promise<number> {
  let bytes = 0;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isFile())
      bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
  }
  return bytes;
}

/** Removes the entries of `folder` that were used longest ago, down to `count`. */
async function keepNewest(folder: string, count: number, inUseMs: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  if (names.length <= count) return;
  const dated = await Promise.all(
    names.map(async (name) => ({
      name,
      usedAt: (await stat(join(folder, name)).catch(() => ({ mtimeMs: 0 }))).mtimeMs,
    })),
  );
  const old = dated.sort((a, b) => b.usedAt - a.usedAt).slice(count);
  for (const { name, usedAt } of old) {
    if (Date.now() - usedAt > inUseMs)
      await rm(join(folder, name), { recursive: true, force: true });
  }
}
