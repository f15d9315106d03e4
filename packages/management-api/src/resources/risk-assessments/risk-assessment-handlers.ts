import type { MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import { AppError, type RiskSettings, type Store, type TenantSettings } from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';

type RiskAssessmentOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  | 'getRiskAssessmentSettings'
  | 'updateRiskAssessmentSettings'
  | 'getNewDeviceAssessor'
  | 'updateNewDeviceAssessor'
  | 'clearRiskAssessors'
>;

/** What an operation changes. */
type Change = RiskSettings & { readonly untrustedAddresses?: readonly string[] };

/** How long a browser stays known where the tenant has set nothing, days. */
const DEFAULT_REMEMBER_DAYS = 30;

export function riskAssessmentHandlers(services: {
  readonly store: Store;
}): OperationHandlers<RiskAssessmentOperations> {
  const { tenants } = services.store;

  /** The server's own copy of the tenant may be a moment old. */
  async function getSettings(tenantId: string): Promise<TenantSettings> {
    const tenant = await tenants.find(tenantId);
    if (tenant === undefined) throw tenantNotFound();
    return tenant.settings;
  }

  async function change(tenantId: string, patch: Change): Promise<TenantSettings> {
    const { untrustedAddresses, ...risk } = patch;
    const tenant = await tenants.updateSettings(tenantId, (known) => ({
      risk: { ...known.risk, ...risk },
      ...(untrustedAddresses === undefined
        ? {}
        : { attackProtection: { ...known.attackProtection, untrustedAddresses } }),
    }));
    if (tenant === undefined) throw tenantNotFound();
    return tenant.settings;
  }

  return {
    getRiskAssessmentSettings: async ({ context }) => ({
      status: 200,
      body: toWireSettings(await getSettings(context.tenant.id)),
    }),
    updateRiskAssessmentSettings: async ({ context, body }) => ({
      status: 200,
      body: toWireSettings(
        await change(context.tenant.id, {
          ...(body.enabled === undefined ? {} : { enabled: body.enabled }),
          ...(body.untrusted_addresses === undefined
            ? {}
            : { untrustedAddresses: body.untrusted_addresses }),
        }),
      ),
    }),
    getNewDeviceAssessor: async ({ context }) => ({
      status: 200,
      body: toWireNewDevice(await getSettings(context.tenant.id)),
    }),
    updateNewDeviceAssessor: async ({ context, body }) => ({
      status: 200,
      body: toWireNewDevice(await change(context.tenant.id, { rememberDays: body.remember_for })),
    }),
    clearRiskAssessors: async ({ store, params, body }) => {
      const user = await store.users.find(params.id);
      const isIn = user?.identities.some(({ connection }) => connection === body.connection);
      if (isIn !== true) throw notFound('The user does not exist.', 'inexistent_user');
      await store.userDevices.deleteForUser(params.id);
      return { status: 204 };
    },
  };
}

const tenantNotFound = () => new AppError('tenant_not_found', 'The tenant does not exist.');

function toWireSettings({ risk, attackProtection }: TenantSettings) {
  const untrusted = attackProtection?.untrustedAddresses ?? [];
  return {
    enabled: risk?.enabled ?? true,
    ...(untrusted.length === 0 ? {} : { untrusted_addresses: [...untrusted] }),
  };
}

const toWireNewDevice = ({ risk }: TenantSettings) => ({
  remember_for: risk?.rememberDays ?? DEFAULT_REMEMBER_DAYS,
});
