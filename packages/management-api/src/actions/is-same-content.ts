import { isDeepStrictEqual } from 'node:util';
import type { ActionContent } from '@tessera/model';

/** What a deployment would change: times of secrets and where a package came from do not count. */
const essence = (content: ActionContent) => ({
  code: content.code,
  runtime: content.runtime,
  dependencies: content.dependencies.map(({ name, version }) => ({ name, version })),
  secrets: content.secrets
    .map(({ name, value }) => ({ name, value }))
    .sort((one, other) => (one.name < other.name ? -1 : 1)),
  triggers: content.supportedTriggers.map(({ id, version }) => ({ id, version })),
});

/** True when deploying the one would run exactly what the other runs. */
export const isSameContent = (one: ActionContent, other: ActionContent): boolean =>
  isDeepStrictEqual(essence(one), essence(other));
