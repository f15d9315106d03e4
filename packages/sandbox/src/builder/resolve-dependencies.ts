import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Arborist from '@npmcli/arborist';
import { buildFailure } from './build-failure.ts';
import type { DependencyOrder } from './build-messages.ts';
import type { RegistryOptions, RoutedPackages } from './registry-client.ts';
import { classifyRegistryError } from './registry-errors.ts';

/** One package of the tree, as the lockfile has it. */
export interface LockedPackage {
  /** `node_modules/a/node_modules/b`, relative to the tree's root. */
  readonly location: string;
  /** The package's own name; differs from the folder's for an alias. */
  readonly name: string;
  readonly version: string;
  /** Address of the tarball. Never leaves the builder. */
  readonly resolved: string;
  /** Subresource integrity. Equal lockfiles mean equal content because of it. */
  readonly integrity: string;
  /** Reached through optional dependencies only. */
  readonly optional: boolean;
  /** Made for some operating systems or processors only. */
  readonly platformBound: boolean;
  /** Folders of packages that name it as dependency. */
  readonly requiredBy: readonly string[];
  readonly lockEntry: Readonly<Record<string, unknown>>;
}

/** Every package that a set of dependencies needs, each pinned. */
export interface LockedTree {
  readonly packages: readonly LockedPackage[];
  /** npm's lockfile, without addresses; equal content means an equal installation. */
  readonly lockfile: string;
  /** Exact version of each declared dependency. */
  readonly pinned: Readonly<Record<string, string>>;
}

interface ResolveOptions {
  readonly work: string;
  readonly registry: RegistryOptions;
  readonly routed: RoutedPackages;
  readonly maxPackages: number;
}

/** Asks the registry which exact versions satisfy `orders`. Downloads no package and runs nothing. */
export async function resolveDependencies(
  orders: readonly DependencyOrder[],
  { work, registry, routed, maxPackages }: ResolveOptions,
): Promise<LockedTree> {
  const root = join(work, 'resolve');
  const dependencies = Object.fromEntries(orders.map(({ name, spec }) => [name, spec]));
  await mkdir(root, { recursive: true });
  await writeFile(
    join(root, 'package.json'),
    JSON.stringify({ name: 'action', version: '0.0.0', dependencies }),
  );
  const tree = await buildTree(root, registry, routed);
  const nodes = [...tree.inventory.values()].filter((node) => !node.isRoot);
  if (nodes.length > maxPackages) {
    const message = `The dependencies need ${nodes.length} packages (limit ${maxPackages})`;
    throw buildFailure('dependencies_too_large', message);
  }
  const packages = nodes.map(readNode).sort((a, b) => (a.location < b.location ? -1 : 1));
  const pinned = readPinned(orders, packages);
  return { packages, pinned, lockfile: writeLockfile(pinned, packages) };
}

async function buildTree(
  root: string,
  registry: RegistryOptions,
  routed: RoutedPackages,
): Promise<Arborist.Node> {
  try {
    const options = {
      ...registry,
      path: root,
      packumentCache: routed.createPackumentCache(),
      packageLock: false,
      audit: false,
    };
    // The published types lag behind: they know neither the refusals nor the packument cache.
    const arborist = new Arborist(options as unknown as Arborist.Options);
    return await arborist.buildIdealTree();
  } catch (error) {
    throw classifyRegistryError(error);
  }
}

/** A location as this builder makes them: nested `node_modules` folders and nothing that climbs out. */
const LOCATION = /^(?:node_modules\/(?:@[\w~][\w.~-]*\/)?[\w~][\w.~-]*\/?)+$/;

function readNode(node: Arborist.Node): LockedPackage {
  const { location, version, resolved } = node;
  if (node.isLink || !LOCATION.test(location) || !resolved || !version) {
    throw buildFailure(
      'invalid_dependency',
      `Package "${node.name}" does not come from a registry`,
    );
  }
  if (!node.integrity) {
    const message = `The registry tells no checksum of ${node.name}@${version}`;
    throw buildFailure('dependency_corrupt', message);
  }
  const manifest = node.package as Readonly<Record<string, unknown>>;
  const edges = [...node.edgesIn].filter((edge) => edge.from !== null && !edge.from.isRoot);
  return {
    location,
    name: typeof manifest.name === 'string' ? manifest.name : node.name,
    version,
    resolved,
    integrity: node.integrity,
    optional: node.optional === true,
    platformBound: manifest.os !== undefined || manifest.cpu !== undefined,
    requiredBy: edges.flatMap((edge) => (edge.from === null ? [] : [edge.from.location])).sort(),
    lockEntry: writeLockEntry(node, manifest),
  };
}

const COPIED_FIELDS = [
  'dependencies',
  'optionalDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'os',
  'cpu',
];

function writeLockEntry(
  node: Arborist.Node,
  manifest: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const copied = COPIED_FIELDS.filter((field) => isFilled(manifest[field])).map((field) => [
    field,
    manifest[field],
  ]);
  const isAlias = manifest.name !== undefined && manifest.name !== node.name;
  return {
    version: node.version,
    ...(isAlias ? { name: manifest.name } : {}),
    integrity: node.integrity,
    ...(node.optional === true ? { optional: true } : {}),
    ...(node.peer === true ? { peer: true } : {}),
    ...Object.fromEntries(copied),
  };
}

function isFilled(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function readPinned(
  orders: readonly DependencyOrder[],
  packages: readonly LockedPackage[],
): Record<string, string> {
  return Object.fromEntries(
    orders.map(({ name, spec }) => {
      const found = packages.find(({ location }) => location === `node_modules/${name}`);
      if (found === undefined) {
        throw buildFailure('dependency_not_found', `The registry has no package ${name}@${spec}`);
      }
      return [name, found.version];
    }),
  );
}

function writeLockfile(
  pinned: Readonly<Record<string, string>>,
  packages: readonly LockedPackage[],
): string {
  const dependencies = Object.fromEntries(
    Object.entries(pinned).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const entries = packages.map(({ location, lockEntry }) => [location, lockEntry]);
  const root = { name: 'action', version: '0.0.0', dependencies };
  const content = {
    name: 'action',
    version: '0.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: { '': root, ...Object.fromEntries(entries) },
  };
  return JSON.stringify(content, null, 1);
}
