import { TENANT_LIMIT_NAMES, type UpdateTenantBody, type WireTenant } from '@tessera/api-contract';
import {
  type ActionLimits,
  DEFAULT_TENANT_SETTINGS,
  type EgressRules,
  findEgressRuleProblem,
  type Tenant,
  type TenantSettings,
} from '@tessera/model';
import { WireError } from '../../http/wire-error.ts';
import { type ActionLimitName, LIMIT_SETTINGS } from './limit-settings.ts';

const LIMIT_NAMES = TENANT_LIMIT_NAMES.filter((name) => name !== 'run_timeout_ms');
const NO_RULES: EgressRules = { allow: [], deny: [] };

/**
 * The settings that a body asks for. `null` resets to the server's default, what is absent stays.
 *
 * Throws `invalid_body` for a rule that cannot be read, and for a heap larger than the memory around it.
 */
export function readTenantPatch(
  settings: TenantSettings,
  body: UpdateTenantBody,
  defaults: ActionLimits,
): Partial<TenantSettings> {
  const { limits, egress } = body;
  return {
    ...(limits === undefined ? {} : readLimits(settings, limits, defaults)),
    ...(egress === undefined ? {} : { egress: readEgress(settings.egress ?? NO_RULES, egress) }),
  };
}

/** The tenant as the platform API shows it. */
export function toWireTenant(
  { name, isDefault, settings, createdAt }: Tenant,
  { domain, defaults }: { readonly domain: string; readonly defaults: ActionLimits },
): WireTenant {
  const own = toWireLimits(settings.actionLimits ?? {});
  const runTimeoutMs = settings.actionTimeoutMs;
  const isOwnTimeout = runTimeoutMs !== DEFAULT_TENANT_SETTINGS.actionTimeoutMs;
  return {
    name,
    domain,
    is_default: isDefault,
    created_at: createdAt.toISOString(),
    limits: { ...(isOwnTimeout ? { run_timeout_ms: runTimeoutMs } : {}), ...own },
    effective_limits: {
      ...(toWireLimits(defaults) as Record<ActionLimitName, number>),
      ...own,
      run_timeout_ms: runTimeoutMs,
    },
    egress: {
      allow: [...(settings.egress?.allow ?? [])],
      deny: [...(settings.egress?.deny ?? [])],
    },
  };
}

function toWireLimits(limits: Partial<ActionLimits>): Partial<Record<ActionLimitName, number>> {
  const entries = LIMIT_NAMES.map((name) => [name, limits[LIMIT_SETTINGS[name]]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function readLimits(
  settings: TenantSettings,
  input: NonNullable<UpdateTenantBody['limits']> | null,
  defaults: ActionLimits,
): Pick<TenantSettings, 'actionLimits' | 'actionTimeoutMs'> {
  const { actionTimeoutMs: defaultMs } = DEFAULT_TENANT_SETTINGS;
  if (input === null) return { actionLimits: {}, actionTimeoutMs: defaultMs };
  const merged: Partial<Record<keyof ActionLimits, number>> = { ...settings.actionLimits };
  for (const name of LIMIT_NAMES) {
    const value = input[name];
    if (value === null) delete merged[LIMIT_SETTINGS[name]];
    else if (value !== undefined) merged[LIMIT_SETTINGS[name]] = value;
  }
  const { heapMb, memoryMb } = { ...defaults, ...merged };
  if (heapMb > memoryMb) {
    throw refuse(`heap_mb is ${heapMb}; it must not be more than memory_mb, which is ${memoryMb}`, {
      property: 'limits.heap_mb',
    });
  }
  const timeoutMs = input.run_timeout_ms;
  const actionTimeoutMs = timeoutMs === null ? defaultMs : (timeoutMs ?? settings.actionTimeoutMs);
  return { actionLimits: merged, actionTimeoutMs };
}

function readEgress(
  stored: EgressRules,
  input: NonNullable<UpdateTenantBody['egress']> | null,
): EgressRules {
  if (input === null) return NO_RULES;
  const read = (list: keyof EgressRules): readonly string[] => {
    const rules = input[list];
    if (rules === undefined) return stored[list];
    for (const [index, rule] of (rules ?? []).entries()) {
      const problem = findEgressRuleProblem(rule);
      if (problem !== undefined) {
        throw refuse(`${problem} Examples: api.example.com, *.example.com:443, 10.0.0.0/8`, {
          property: `egress.${list}[${index}]`,
        });
      }
    }
    return rules ?? [];
  };
  return { allow: read('allow'), deny: read('deny') };
}

function refuse(reason: string, { property }: { readonly property: string }): WireError {
  return new WireError(
    'invalid_body',
    `Payload validation error: '${reason}' on property ${property}.`,
    { errorCode: 'invalid_body' },
  );
}
