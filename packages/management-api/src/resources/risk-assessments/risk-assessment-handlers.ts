import type { MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import { AppError, type RiskSettings, type Store } from '@tessera/model';
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

/** How long a browser stays known where the tenant has set nothing, days. */
const DEFAULT_REMEMBER_DAYS = 30;

export function riskAssessmentHandlers(services: {
  readonly store: Store;
}): OperationHandlers<RiskAssessmentOperations> {
  const { tenants } = services.store;

  /** The server's own copy of the tenant may be a moment old. */
  async function getRisk(tenantId: string): Promise<RiskSettings> {
    const tenant = await tenants.find(tenantId);
    if (tenant === undefined) throw tenantNotFound();
    return tenant.settings.risk ?? {};
  }

  async function change(tenantId: string, patch: RiskSettings): Promise<RiskSettings> {
    const tenant = await tenants.updateSettings(tenantId, ({ risk }) => ({
      risk: { ...risk, ...patch },
    }));
    if (tenant === undefined) throw tenantNotFound();
    return tenant.settings.risk ?? {};
  }

  return {
    getRiskAssessmentSettings: async ({ context }) => ({
      status: 200,
      body: toWireSettings(await getRisk(context.tenant.id)),
    }),
    updateRiskAssessmentSettings: async ({ context, body }) => ({
      status: 200,
      body: toWireSettings(await change(context.tenant.id, { enabled: body.enabled })),
    }),
    getNewDeviceAssessor: async ({ context }) => ({
      status: 200,
      body: toWireNewDevice(await getRisk(context.tenant.id)),
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

const toWireSettings = ({ enabled = true }: RiskSettings) => ({ enabled });

const toWireNewDevice = ({ rememberDays = DEFAULT_REMEMBER_DAYS }: RiskSettings) => ({
  remember_for: rememberDays,
});
