/** A trigger in one version of its contract, as `GET /actions/triggers` lists it. */
export interface CatalogTrigger {
  readonly id: string;
  readonly version: string;
  /** Upper case: tools compare it so. */
  readonly status: 'CURRENT' | 'DEPRECATED';
  readonly runtimes: readonly string[];
  readonly default_runtime: string;
  /** `entity-bound` triggers have no bindings: an entity (a profile, a stream) names its action. */
  readonly binding_policy: 'trigger-bound' | 'entity-bound';
  readonly compatible_triggers: readonly { readonly id: string; readonly version: string }[];
}

type IdAndVersion = readonly [id: string, version: string];

const current = (
  [id, version]: IdAndVersion,
  runtimes: readonly string[] = ['node18-actions', 'node22'],
  bindingPolicy: CatalogTrigger['binding_policy'] = 'trigger-bound',
): CatalogTrigger => ({
  id,
  version,
  status: 'CURRENT',
  runtimes,
  default_runtime: 'node22',
  binding_policy: bindingPolicy,
  compatible_triggers: [],
});

const deprecated = (
  [id, version]: IdAndVersion,
  runtimes: readonly string[] = ['node22'],
  defaultRuntime = 'node12',
): CatalogTrigger => ({
  id,
  version,
  status: 'DEPRECATED',
  runtimes,
  default_runtime: defaultRuntime,
  binding_policy: 'trigger-bound',
  compatible_triggers: [],
});

/** Every trigger that an action can be written for, in the order in which the list answers. */
export const TRIGGER_CATALOG: readonly CatalogTrigger[] = [
  deprecated(['post-login', 'v1']),
  { ...current(['post-login', 'v3']), compatible_triggers: [{ id: 'post-login', version: 'v2' }] },
  deprecated(['post-login', 'v2'], ['node18', 'node22'], 'node16'),
  current(['credentials-exchange', 'v2']),
  deprecated(['credentials-exchange', 'v1']),
  current(['pre-user-registration', 'v2']),
  deprecated(['pre-user-registration', 'v1']),
  deprecated(['post-user-registration', 'v1']),
  current(['post-user-registration', 'v2']),
  current(['post-change-password', 'v2']),
  deprecated(['post-change-password', 'v1']),
  deprecated(['send-phone-message', 'v1']),
  current(['send-phone-message', 'v2']),
  current(['password-reset-post-challenge', 'v1']),
  current(['custom-phone-provider', 'v1']),
  current(['custom-email-provider', 'v1']),
  current(['custom-token-exchange', 'v1'], ['node18', 'node22'], 'entity-bound'),
  current(['event-stream', 'v1'], ['node22'], 'entity-bound'),
  current(['password-hash-migration', 'v1'], ['node22'], 'entity-bound'),
  current(['mcp-tool', 'v1'], ['node22'], 'entity-bound'),
];

/** Ids of the catalog, each once. */
export const CATALOG_TRIGGER_IDS: readonly string[] = [
  ...new Set(TRIGGER_CATALOG.map((trigger) => trigger.id)),
];

/** Runtimes that an action may name; all run on the Node of this server. */
export const RUNTIMES = ['node12', 'node16', 'node18', 'node18-actions', 'node22'] as const;
