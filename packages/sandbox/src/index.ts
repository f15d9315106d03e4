export {
  type ActionBuilderOptions,
  type ClosableActionBuilder,
  createActionBuilder,
  DEFAULT_DEPENDENCIES_MB,
  type NpmConfig,
  readNpmConfig,
} from './builder/index.ts';
export {
  type ActionRunnerOptions,
  createActionRunner,
  type SandboxDescription,
  type SandboxRunner,
} from './create-action-runner.ts';
export { describeLimits, type LimitDescription } from './describe-limits.ts';
export { type EgressOptions, EgressPolicy, type OwnHost } from './egress/egress-policy.ts';
export { describeEgressRuleFault } from './egress/egress-rules.ts';
export type { MissingLevel } from './levels/launch.ts';
export { DEFAULT_SANDBOX_LIMITS, type SandboxLimits } from './limits.ts';
export type { PoolStats, ProcessCounts, RetireReason } from './pool/pool-stats.ts';
