/** Limits of Actions. Each is enforced when an action or a trigger's bindings are saved. */
export const ACTION_LIMITS = {
  /** Actions of one tenant. */
  actionsPerTenant: 100,
  /** Actions bound to one trigger. */
  bindingsPerTrigger: 20,
  /** Bytes of source in UTF-8. */
  codeBytes: 100_000,
  dependencies: 10,
  secrets: 30,
  /** Characters of a secret's name. */
  secretNameLength: 128,
  /** Characters of a secret's value. */
  secretValueLength: 4_096,
  /** Characters of an action's name, and of a binding's display name. */
  nameLength: 255,
  /** Characters of a package's name: npm's own limit. */
  dependencyNameLength: 214,
  dependencyVersionLength: 50,
  /** Modules that one action uses. */
  modules: 3,
  /** Modules of one tenant. */
  modulesPerTenant: 100,
  /** Rules of an action's egress, in each of its two lists. */
  egressRules: 100,
  /** Characters of an egress rule. */
  egressRuleLength: 270,
  /** Token exchange profiles of one tenant. */
  tokenExchangeProfilesPerTenant: 100,
} as const;
