import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildDiagnostic } from '@tessera/model';
import { buildFailure, createDiagnostic } from './build-failure.ts';
import type { BuildOrder } from './build-messages.ts';
import { type InstalledPackage, installPackages, packageNameIn } from './install-packages.ts';
import { adviseForNative } from './package-advice.ts';
import { createRegistryOptions, type RegistryOptions, RoutedPackages } from './registry-client.ts';
import {
  type LockedPackage,
  type LockedTree,
  resolveDependencies,
} from './resolve-dependencies.ts';

/** Pins everything that the declared dependencies need. */
export function lockTree(order: BuildOrder): Promise<LockedTree> {
  return resolveDependencies(order.dependencies, {
    ...connect(order),
    work: order.folders.work,
    maxPackages: order.limits.packages,
  });
}

/** Puts the packages of `tree` below `target`; tells which optional ones were left out. */
export async function installTree(
  order: BuildOrder,
  tree: LockedTree,
  target: string,
): Promise<readonly BuildDiagnostic[]> {
  const installed = await installPackages(tree.packages, {
    ...connect(order),
    target,
    maxBytes: order.limits.installBytes,
    maxFiles: order.limits.installFiles,
  });
  return dropNativePackages(target, tree, installed);
}

function connect({ access, dependencies, folders }: BuildOrder): {
  readonly registry: RegistryOptions;
  readonly routed: RoutedPackages;
} {
  const registry = createRegistryOptions(access, folders.npmCache);
  return { registry, routed: new RoutedPackages(dependencies, access, registry) };
}

/**
 * Refuses packages with native code. One that its parents can do without is removed instead, as npm
 * does when an optional package does not build; the parent then takes its JavaScript path.
 */
async function dropNativePackages(
  target: string,
  tree: LockedTree,
  installed: readonly InstalledPackage[],
): Promise<readonly BuildDiagnostic[]> {
  const diagnostics: BuildDiagnostic[] = [];
  for (const { location, nativeFile } of installed) {
    const locked = tree.packages.find((candidate) => candidate.location === location);
    if (nativeFile === undefined || locked === undefined) continue;
    const needer = findNeeder(locked, tree);
    if (needer !== undefined) throw refuseNative(locked, needer);
    await rm(join(target, location), { recursive: true, force: true });
    const message = `The optional package ${locked.name}@${locked.version} was left out: it is a native addon`;
    diagnostics.push(createDiagnostic('dependency_skipped', message));
  }
  return diagnostics.sort((a, b) => (a.message < b.message ? -1 : 1));
}

/**
 * The package that cannot work without `locked`: itself when it is required; the required parent of a
 * build for one platform, because such a family of optional packages stands for one native addon.
 */
function findNeeder(locked: LockedPackage, tree: LockedTree): LockedPackage | undefined {
  if (!locked.optional) return locked;
  if (!locked.platformBound) return undefined;
  return tree.packages.find(
    ({ location, optional }) => !optional && locked.requiredBy.includes(location),
  );
}

function refuseNative(locked: LockedPackage, needer: LockedPackage): Error {
  const name = `${needer.name}@${needer.version}`;
  const because = needer === locked ? '' : ` (through ${locked.name})`;
  const parents = needer.requiredBy.map(packageNameIn);
  const path = parents.length === 0 ? '' : `, needed by ${parents.join(', ')}`;
  const message = `${name}${path} is a native addon${because}; actions run JavaScript packages only${adviseForNative(needer.name) || adviseForNative(locked.name)}`;
  return buildFailure('native_addon', message);
}
