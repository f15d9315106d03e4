import { type AttackProtectionSettings, readAttackProtection } from '@tessera/accounts';
import type { MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import { AppError, type JsonObject, type Store, type Tenant } from '@tessera/model';
import type { OperationHandlers } from '../../http/operation-handler.ts';

type AttackProtectionOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  | 'getBruteForceProtection'
  | 'updateBruteForceProtection'
  | 'getSuspiciousIpThrottling'
  | 'updateSuspiciousIpThrottling'
  | 'getBreachedPasswordDetection'
  | 'updateBreachedPasswordDetection'
  | 'getBotDetection'
  | 'updateBotDetection'
  | 'getCaptcha'
  | 'updateCaptcha'
>;
type Part = keyof AttackProtectionSettings;

const CAPTCHA = { active_provider_id: 'simple_captcha', simple_captcha: {} };

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Members of `change` laid over `known`; lists are replaced, objects are gone into. */
function merge(known: JsonObject, change: JsonObject): JsonObject {
  const merged: Record<string, JsonObject[string]> = { ...known };
  for (const [name, value] of Object.entries(change)) {
    const before = merged[name];
    merged[name] = isObject(value) && isObject(before) ? merge(before, value) : value;
  }
  return merged;
}

export function attackProtectionHandlers(services: {
  readonly store: Store;
}): OperationHandlers<AttackProtectionOperations> {
  const { tenants } = services.store;

  const get =
    (part: Part) => async (request: { readonly context: { readonly tenant: Tenant } }) => {
      // The server's own copy of the tenant may be a moment old.
      const tenant = await tenants.find(request.context.tenant.id);
      if (tenant === undefined)
        throw new AppError('tenant_not_found', 'The tenant does not exist.');
      return { status: 200 as const, body: readAttackProtection(tenant, part) };
    };
  const update =
    (part: Part) =>
    async (request: { readonly context: { readonly tenant: Tenant }; readonly body: object }) => {
      const change = JSON.parse(JSON.stringify(request.body)) as JsonObject;
      const updated = await tenants.updateSettings(request.context.tenant.id, (settings) => {
        const known = settings.attackProtection?.[part] ?? {};
        return { attackProtection: { ...settings.attackProtection, [part]: merge(known, change) } };
      });
      if (updated === undefined) {
        throw new AppError('tenant_not_found', 'The tenant does not exist.');
      }
      return { status: 200 as const, body: readAttackProtection(updated, part) };
    };
  return {
    getBruteForceProtection: get('bruteForceProtection'),
    updateBruteForceProtection: update('bruteForceProtection'),
    getSuspiciousIpThrottling: get('suspiciousIpThrottling'),
    updateSuspiciousIpThrottling: update('suspiciousIpThrottling'),
    getBreachedPasswordDetection: get('breachedPasswordDetection'),
    updateBreachedPasswordDetection: update('breachedPasswordDetection'),
    getBotDetection: get('botDetection'),
    updateBotDetection: update('botDetection'),
    // There is one, and nothing about it can be set.
    getCaptcha: async () => ({ status: 200, body: CAPTCHA }),
    updateCaptcha: async () => ({ status: 200, body: CAPTCHA }),
  };
}
