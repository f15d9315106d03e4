import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { ArtifactRepository } from '@tessera/model';
import { and, eq } from 'drizzle-orm';
import { artifacts } from '../schema/index.ts';
import type { RepositoryContext } from './context.ts';

const compress = promisify(gzip);
const decompress = promisify(gunzip);
/** What a stored file may unpack to, in bytes: above the 40 MB that an artifact may have. */
const MAX_FILE_BYTES = 128 * 1024 * 1024;

export function createArtifactRepository(context: RepositoryContext): ArtifactRepository {
  const { tenantId, session } = context;
  const { db } = session;
  const rowOf = (hash: string) => and(eq(artifacts.tenantId, tenantId), eq(artifacts.hash, hash));

  return {
    find: async (hash) => {
      const [row] = await db.select().from(artifacts).where(rowOf(hash)).limit(1);
      if (row === undefined) return undefined;
      const [bundle, sourceMap, lockfile] = await Promise.all(
        [row.bundle, row.sourceMap, row.lockfile].map(unpack),
      );
      if (bundle === undefined || sourceMap === undefined || lockfile === undefined)
        return undefined;
      return { hash, bundle, sourceMap, lockfile, dependencies: row.dependencies };
    },
    save: async ({ hash, bundle, sourceMap, lockfile, dependencies }) => {
      const known = await db.select({ hash: artifacts.hash }).from(artifacts).where(rowOf(hash));
      if (known.length > 0) return;
      await db
        .insert(artifacts)
        .values({
          tenantId,
          hash,
          bundle: await compress(bundle),
          sourceMap: await compress(sourceMap),
          lockfile: await compress(lockfile),
          dependencies,
        })
        .onConflictDoNothing();
    },
  };
}

async function unpack(packed: Buffer): Promise<string> {
  return (await decompress(packed, { maxOutputLength: MAX_FILE_BYTES })).toString('utf8');
}
