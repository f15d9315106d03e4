export { RegistryUnavailableError } from './build-failure.ts';
export { type BuildLimits, DEFAULT_LIMITS, MAX_DEPENDENCIES } from './build-limits.ts';
export {
  type ActionBuilderOptions,
  type ClosableActionBuilder,
  createActionBuilder,
} from './create-action-builder.ts';
export { type NpmConfig, readNpmConfig } from './npm-config.ts';
export { BuildCancelledError, BuildTimeoutError } from './spawn-build.ts';
