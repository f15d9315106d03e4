import type { ActionDependency } from '@tessera/model';
import semver from 'semver';
import { type BuildFailure, buildFailure } from './build-failure.ts';
import { MAX_DEPENDENCIES } from './build-limits.ts';
import type { DependencyOrder } from './build-messages.ts';
import { findUnservable } from './package-advice.ts';

/** npm's rule for names of new and old packages; nothing else reaches a path or an address. */
const NAME = /^(?:@[a-z0-9~][\w.~-]*\/)?[a-z0-9~][\w.~-]*$/i;
const MAX_NAME_LENGTH = 214;
/** Distribution tags, e.g. `latest`, `next`. */
const TAG = /^[a-z][\w.-]{0,63}$/i;

/**
 * Checks declared dependencies before anything touches the network: registry versions, ranges and
 * tags only, so that no declaration names a file, a folder, an address or a repository.
 */
export function readDependencies(
  dependencies: readonly ActionDependency[],
): readonly DependencyOrder[] | BuildFailure {
  if (dependencies.length > MAX_DEPENDENCIES) {
    const message = `An action has at most ${MAX_DEPENDENCIES} dependencies; this one declares ${dependencies.length}`;
    return buildFailure('too_many_dependencies', message);
  }
  const orders: DependencyOrder[] = [];
  for (const dependency of dependencies) {
    const problem = findProblem(dependency, orders);
    if (problem !== undefined) return buildFailure('invalid_dependency', problem);
    const unservable = findUnservable(dependency.name);
    if (unservable !== undefined) return buildFailure('unsupported_package', unservable);
    orders.push({
      name: dependency.name,
      spec: dependency.version.trim() === '' ? 'latest' : dependency.version.trim(),
      ...(dependency.registryUrl === undefined ? {} : { registryUrl: dependency.registryUrl }),
    });
  }
  return orders;
}

function findProblem(
  { name, version, registryUrl }: ActionDependency,
  earlier: readonly DependencyOrder[],
): string | undefined {
  if (name.length > MAX_NAME_LENGTH || !NAME.test(name) || name === 'node_modules') {
    return `"${name.slice(0, 80)}" is not the name of an npm package`;
  }
  if (earlier.some((other) => other.name === name)) return `Dependency "${name}" is declared twice`;
  const spec = version.trim();
  const isRange = semver.validRange(spec) !== null;
  if (spec !== '' && !isRange && !TAG.test(spec)) {
    return `"${spec.slice(0, 80)}" is not a version, range or tag of "${name}"`;
  }
  return registryUrl === undefined ? undefined : findRegistryProblem(name, registryUrl);
}

function findRegistryProblem(name: string, registryUrl: string): string | undefined {
  if (!URL.canParse(registryUrl)) return `The registry of "${name}" is not a URL`;
  const url = new URL(registryUrl);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return `The registry of "${name}" must be an https address`;
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return `The registry of "${name}" must not carry credentials, a query or a fragment`;
  }
  return undefined;
}
