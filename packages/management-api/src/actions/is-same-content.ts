import { isDeepStrictEqual } from 'node:util';
import type { ActionContent, ModuleContent } from '@tessera/model';

/** What a deployment would change: times of secrets and where a package came from do not count. */
const essence = (content: ActionContent) => ({
  code: content.code,
  runtime: content.runtime,
  dependencies: content.dependencies.map(({ name, version }) => ({ name, version })),
  secrets: essenceOfSecrets(content.secrets),
  modules: (content.modules ?? []).map(({ moduleVersionId }) => moduleVersionId).sort(),
  egress: content.egress ?? null,
  triggers: content.supportedTriggers.map(({ id, version }) => ({ id, version })),
});

/** What publishing a module would change. */
const moduleEssence = ({ code, dependencies, secrets }: ModuleContent) => ({
  code,
  dependencies: dependencies.map(({ name, version }) => ({ name, version })),
  secrets: essenceOfSecrets(secrets),
});

const essenceOfSecrets = (secrets: ActionContent['secrets']) =>
  secrets
    .map(({ name, value }) => ({ name, value }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));

/** True when publishing the one would make a version like the other. */
export const isSameModule = (one: ModuleContent, other: ModuleContent): boolean =>
  isDeepStrictEqual(moduleEssence(one), moduleEssence(other));

/** True when deploying the one would run exactly what the other runs. */
export const isSameContent = (one: ActionContent, other: ActionContent): boolean =>
  isDeepStrictEqual(essence(one), essence(other));
