import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildDiagnostic } from '@tessera/model';
import semver from 'semver';
import { z } from 'zod';
import type { BuildOrder } from './build-messages.ts';
import type { LockedTree } from './resolve-dependencies.ts';

/**
 * How long the lockfile of a set of exact versions is reused. Saving code again then costs no network;
 * longer would keep authors from fixed releases of their dependencies' dependencies.
 */
const RESOLUTION_TTL_MS = 60 * 60 * 1000;

/** Packages on disk, ready to be bundled. */
export interface PreparedDependencies {
  /** Folder that holds `node_modules`. Shared and read-only. */
  readonly root: string;
  readonly tree: LockedTree;
  readonly diagnostics: readonly BuildDiagnostic[];
}

/** Resolves and installs the declared dependencies, or finds an equal installation. */
export async function prepareDependencies(order: BuildOrder): Promise<PreparedDependencies> {
  const tree = await findTree(order);
  // What was installed under a larger limit is not reused under a smaller one.
  const root = join(order.folders.installs, hash(`${order.limits.installBytes}\n${tree.lockfile}`));
  const diagnostics = (await readReceipt(root)) ?? (await install(order, tree, root));
  return { root, tree, diagnostics };
}

const lockedPackageSchema = z.strictObject({
  location: z.string(),
  name: z.string(),
  version: z.string(),
  resolved: z.string(),
  integrity: z.string(),
  optional: z.boolean(),
  platformBound: z.boolean(),
  requiredBy: z.array(z.string()),
  lockEntry: z.record(z.string(), z.unknown()),
});
const resolutionSchema = z.strictObject({
  resolvedAt: z.number(),
  tree: z.strictObject({
    packages: z.array(lockedPackageSchema),
    lockfile: z.string(),
    pinned: z.record(z.string(), z.string()),
  }),
});

async function findTree(order: BuildOrder): Promise<LockedTree> {
  const { dependencies, folders, access } = order;
  const file = join(
    folders.resolutions,
    `${hash(JSON.stringify([access.registry ?? null, dependencies]))}.json`,
  );
  const isExact = dependencies.every(({ spec }) => semver.valid(spec) !== null);
  const remembered = isExact ? resolutionSchema.safeParse(await readJson(file)) : undefined;
  if (remembered?.success === true && Date.now() - remembered.data.resolvedAt < RESOLUTION_TTL_MS) {
    return remembered.data.tree;
  }
  const { lockTree } = await loadNpm();
  const tree = await lockTree(order);
  if (isExact) await writeWhole(file, { resolvedAt: Date.now(), tree }, folders.work);
  return tree;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const RECEIPT = 'receipt.json';
const receiptSchema = z.strictObject({
  diagnostics: z.array(z.strictObject({ id: z.string(), message: z.string() })),
});

/** The receipt is part of the folder that is moved into place, so it exists only when all of it does. */
async function readReceipt(root: string): Promise<readonly BuildDiagnostic[] | undefined> {
  const receipt = receiptSchema.safeParse(await readJson(join(root, RECEIPT)));
  if (!receipt.success) return undefined;
  // The time of last use: the host removes the oldest.
  await utimes(root, new Date(), new Date());
  return receipt.data.diagnostics;
}

async function install(
  order: BuildOrder,
  tree: LockedTree,
  root: string,
): Promise<readonly BuildDiagnostic[]> {
  const target = join(order.folders.work, 'install');
  const { installTree } = await loadNpm();
  const diagnostics = await installTree(order, tree, target);
  await writeFile(join(target, RECEIPT), JSON.stringify({ diagnostics }));
  await putInPlace(target, root, order.folders.work);
  return diagnostics;
}

async function putInPlace(target: string, root: string, work: string): Promise<void> {
  try {
    await rename(target, root);
  } catch (error) {
    // Another build put the same tree there meanwhile.
    if ((await readReceipt(root)) !== undefined) return;
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOTEMPTY') throw error;
    // A tree without a receipt is damaged; it leaves with this build's folder.
    await rename(root, join(work, 'damaged'));
    await rename(target, root);
  }
}

/** Loading npm's libraries takes longer than a build whose packages are installed already. */
function loadNpm(): Promise<typeof import('./install-tree.ts')> {
  return import('./install-tree.ts');
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    // Absent or damaged: both mean that it has to be made anew.
    return undefined;
  }
}

async function writeWhole(file: string, content: unknown, work: string): Promise<void> {
  await mkdir(join(work, 'write'), { recursive: true });
  const draft = join(work, 'write', 'content.json');
  await writeFile(draft, JSON.stringify(content));
  await rename(draft, file);
}
