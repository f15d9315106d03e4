import type { WireAction, WireActionVersion, WireBoundAction } from '@tessera/api-contract';
import type { Action, ActionContent, ActionVersion } from '@tessera/model';
import type { ActionWithVersion } from '../../actions/action-authoring.ts';
import { isSameContent } from '../../actions/is-same-content.ts';
import { toNanoTimestamp } from '../../http/timestamps.ts';

const toWireTriggers = ({ supportedTriggers }: Pick<ActionContent, 'supportedTriggers'>) =>
  supportedTriggers.map(({ id, version }) => ({ id, version }));

const toWireDependencies = ({ dependencies }: ActionContent) =>
  dependencies.map(({ name, version, registryUrl }) => ({
    name,
    version,
    ...(registryUrl === undefined ? {} : { registry_url: registryUrl }),
  }));

/** Names and times only: values never leave. */
const toWireSecrets = ({ secrets }: ActionContent) =>
  secrets.map(({ name, updatedAt }) => ({ name, updated_at: toNanoTimestamp(updatedAt) }));

/** What only some actions have; absent without it. */
const toWireUses = ({ modules, egress }: ActionContent) => ({
  ...(modules === undefined
    ? {}
    : {
        modules: modules.map((module) => ({
          module_id: module.moduleId,
          module_name: module.moduleName,
          module_version_id: module.moduleVersionId,
          module_version_number: module.moduleVersionNumber,
        })),
      }),
  ...(egress === undefined ? {} : { egress: { allow: [...egress.allow], deny: [...egress.deny] } }),
});

const toSummary = (action: Action) => ({
  id: action.id,
  name: action.name,
  supported_triggers: toWireTriggers(action),
  created_at: toNanoTimestamp(action.createdAt),
  updated_at: toNanoTimestamp(action.updatedAt),
});

/**
 * Where a version is answered. `fresh`: to its deployment, which does not yet say that it is done.
 */
export type VersionPlace = 'fresh' | 'deployed' | 'superseded';

function toWireVersion(version: ActionVersion, place: VersionPlace) {
  return {
    code: version.code,
    dependencies: toWireDependencies(version),
    id: version.id,
    deployed: place === 'deployed',
    number: version.number,
    ...(version.builtAt === undefined || place === 'fresh'
      ? {}
      : { built_at: toNanoTimestamp(version.builtAt) }),
    secrets: toWireSecrets(version),
    ...toWireUses(version),
    status: version.status,
    created_at: toNanoTimestamp(version.createdAt),
    updated_at: toNanoTimestamp(version.updatedAt),
    runtime: version.runtime,
    supported_triggers: toWireTriggers(version),
  };
}

/** `current_version` and `deployed_version`: both appear with the first deployment. */
function toDeployment(deployed: ActionVersion | undefined) {
  if (deployed === undefined) return {};
  return {
    current_version: {
      id: deployed.id,
      code: deployed.code,
      runtime: deployed.runtime,
      status: deployed.status.toUpperCase(),
      number: deployed.number,
      ...(deployed.builtAt === undefined ? {} : { build_time: toNanoTimestamp(deployed.builtAt) }),
      created_at: toNanoTimestamp(deployed.createdAt),
      updated_at: toNanoTimestamp(deployed.updatedAt),
    },
    deployed_version: toWireVersion(deployed, 'deployed'),
  };
}

/**
 * Diagnostics of a failed build, and of code that cannot be parsed, which is built all the same. Other
 * warnings of a build that succeeded are not answered.
 */
function toErrors({ status, diagnostics }: Action) {
  const told =
    status === 'failed' ? diagnostics : diagnostics.filter(({ id }) => id === 'syntax_error');
  if (told.length === 0) return {};
  return {
    errors: told.map(({ id, message, line, column }) => ({
      id,
      msg: message,
      ...(line === undefined ? {} : { line }),
      ...(column === undefined ? {} : { column }),
    })),
  };
}

export const toWireAction = ({ action, deployed }: ActionWithVersion): WireAction => ({
  ...toSummary(action),
  code: action.code,
  dependencies: toWireDependencies(action),
  runtime: action.runtime,
  status: action.status,
  secrets: toWireSecrets(action),
  ...toWireUses(action),
  ...toDeployment(deployed),
  ...toErrors(action),
  all_changes_deployed: deployed !== undefined && isSameContent(action, deployed),
});

/** As a binding nests it: without the draft, and never claiming that all is deployed. */
export const toWireBoundAction = ({ action, deployed }: ActionWithVersion): WireBoundAction => ({
  ...toSummary(action),
  ...toDeployment(deployed),
  all_changes_deployed: false,
});

export const toWireActionVersion = (
  action: Action,
  version: ActionVersion,
  place: VersionPlace,
): WireActionVersion => ({
  ...toWireVersion(version, place),
  action: { ...toSummary(action), all_changes_deployed: false },
});
