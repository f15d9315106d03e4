import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MASTER_KEY_BYTES } from './secret-box.ts';

/** Bits of a mode that let others than the owner in. */
const OTHERS = 0o077;

/**
 * Reads the master key of the file, or makes one there (base64, mode 0600). Of several processes that
 * start at once, all get the same key. Refuses a file that others than its owner may read.
 */
export async function loadOrCreateMasterKey(path: string): Promise<Uint8Array> {
  const existing = await readKey(path);
  if (existing !== undefined) return existing;
  await createKey(path);
  const created = await readKey(path);
  if (created === undefined) throw new Error(`The master key file "${path}" vanished`);
  return created;
}

/** Parses a base64 (or base64url) master key of exactly 32 bytes. */
export function parseMasterKey(text: string): Uint8Array {
  const key = Buffer.from(text.trim(), 'base64');
  const isBase64 = /^[\w+/-]+={0,2}$/.test(text.trim());
  if (!isBase64 || key.length !== MASTER_KEY_BYTES) {
    throw new Error(`The master key is not base64 of ${MASTER_KEY_BYTES} bytes`);
  }
  return key;
}

async function readKey(path: string): Promise<Uint8Array | undefined> {
  const file = await stat(path).catch(absent);
  if (file === undefined) return undefined;
  if ((file.mode & OTHERS) !== 0) {
    const mode = (file.mode & 0o777).toString(8).padStart(4, '0');
    throw new Error(
      `The master key file "${path}" has mode ${mode}; others can read it. Run: chmod 600 "${path}"`,
    );
  }
  try {
    return parseMasterKey(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Error(`The master key file "${path}" cannot be used: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Written in full beside its place, then linked there: nobody ever reads half a key, the first one wins. */
async function createKey(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(MASTER_KEY_BYTES).toString('base64')}\n`);
    await file.sync();
    await file.close();
    await chmod(draft, 0o600);
    await link(draft, path).catch(ifExists);
  } finally {
    await file.close().catch(() => undefined);
    await rm(draft, { force: true });
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}

function ifExists(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
