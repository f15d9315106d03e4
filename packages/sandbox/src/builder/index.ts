export { RegistryUnavailableError } from './build-failure.ts';
export { DEFAULT_DEPENDENCIES_MB } from './build-limits.ts';
export {
  type ActionBuilderOptions,
  type ClosableActionBuilder,
  createActionBuilder,
} from './create-action-builder.ts';
export { type NpmConfig, readNpmConfig } from './npm-config.ts';
