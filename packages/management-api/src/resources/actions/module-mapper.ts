import type { WireModule, WireModuleVersion } from '@tessera/api-contract';
import type { ModuleContent, ModuleVersion, ModuleWithVersion } from '@tessera/model';
import { isSameModule } from '../../actions/is-same-content.ts';
import { toMicroTimestamp } from '../../http/timestamps.ts';

const toWireDependencies = ({ dependencies }: ModuleContent) =>
  dependencies.map(({ name, version }) => ({ name, version }));

/** Names and times only: values never leave. */
const toWireSecrets = ({ secrets }: ModuleContent) =>
  secrets.map(({ name, updatedAt }) => ({ name, updated_at: toMicroTimestamp(updatedAt) }));

export const toWireModule = ({ module, latest, actionCount }: ModuleWithVersion): WireModule => ({
  id: module.id,
  name: module.name,
  code: module.code,
  dependencies: toWireDependencies(module),
  secrets: toWireSecrets(module),
  all_changes_published: latest !== undefined && isSameModule(module, latest),
  actions_using_module_total: actionCount,
  created_at: toMicroTimestamp(module.createdAt),
  updated_at: toMicroTimestamp(module.updatedAt),
  ...(latest === undefined
    ? {}
    : {
        latest_version: {
          id: latest.id,
          version_number: latest.number,
          code: latest.code,
          dependencies: toWireDependencies(latest),
          secrets: toWireSecrets(latest),
        },
      }),
});

export const toWireModuleVersion = (version: ModuleVersion): WireModuleVersion => ({
  id: version.id,
  module_id: version.moduleId,
  version_number: version.number,
  code: version.code,
  secrets: toWireSecrets(version),
  dependencies: toWireDependencies(version),
  created_at: toMicroTimestamp(version.createdAt),
  ...(version.diagnostics.length === 0
    ? {}
    : {
        errors: version.diagnostics.map(({ id, message, line, column }) => ({
          id,
          msg: message,
          ...(line === undefined ? {} : { line }),
          ...(column === undefined ? {} : { column }),
        })),
      }),
});
