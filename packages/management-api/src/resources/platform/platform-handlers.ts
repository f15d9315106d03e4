import type { PLATFORM_OPERATIONS } from '@tessera/api-contract';
import type { ActionLimits, ActionRunner, Tenant } from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { WireError } from '../../http/wire-error.ts';
import { type ProvisioningServices, provisionTenant } from '../../provisioning/provision-tenant.ts';
import { readTenantPatch, toWireTenant } from './tenant-mapper.ts';

export interface PlatformServices extends ProvisioningServices {
  readonly runner: Pick<ActionRunner, 'evictTenant'>;
  readonly checkFurtherTenant?: () => void;
  readonly baseUrlOf: (tenant: Pick<Tenant, 'name' | 'isDefault'>) => string;
  /** Limits of Actions where a tenant has none of its own. */
  readonly actionLimits: ActionLimits;
  /** A tenant's limits and rules were changed here: they are to hold before the answer. */
  readonly onTenantSettings?: (tenant: Tenant) => void;
}

export function platformHandlers(
  services: PlatformServices,
): OperationHandlers<typeof PLATFORM_OPERATIONS> {
  const { store, runner, baseUrlOf } = services;
  const tenantNotFound = () => notFound('The tenant does not exist.', 'tenant_not_found');
  const domainOf = (tenant: Pick<Tenant, 'name' | 'isDefault'>) => new URL(baseUrlOf(tenant)).host;
  const toWire = (tenant: Tenant) =>
    toWireTenant(tenant, { domain: domainOf(tenant), defaults: services.actionLimits });
  return {
    listTenants: async () => {
      const tenants = await store.tenants.list();
      return {
        status: 200,
        body: {
          tenants: tenants.map(toWire),
        },
      };
    },
    getTenant: async ({ params }) => {
      const tenant = await store.tenants.findByName(params.name);
      if (tenant === undefined) throw tenantNotFound();
      return { status: 200, body: toWire(tenant) };
    },
    updateTenant: async ({ params, body }) => {
      const tenant = await store.tenants.findByName(params.name);
      if (tenant === undefined) throw tenantNotFound();
      const updated = await store.tenants.updateSettings(tenant.id, (settings) =>
        readTenantPatch(settings, body, services.actionLimits),
      );
      if (updated === undefined) throw tenantNotFound();
      services.onTenantSettings?.(updated);
      return { status: 200, body: toWire(updated) };
    },
    createTenant: async ({ body }) => {
      services.checkFurtherTenant?.();
      const wanted = { name: body.name, isDefault: false };
      const { tenant, client } = await provisionTenant(services, {
        ...wanted,
        baseUrl: baseUrlOf(wanted),
      });
      return {
        status: 201,
        body: {
          name: tenant.name,
          domain: domainOf(tenant),
          client_id: client.clientId,
          client_secret: client.clientSecret,
        },
      };
    },
    deleteTenant: async ({ params }) => {
      const tenant = await store.tenants.findByName(params.name);
      if (tenant === undefined) throw tenantNotFound();
      if (tenant.isDefault) {
        throw new WireError('conflict', 'The default tenant cannot be deleted.', {
          errorCode: 'default_tenant',
        });
      }
      if (!(await store.tenants.delete(tenant.id))) {
        throw tenantNotFound();
      }
      await runner.evictTenant(tenant.id);
      return { status: 204 };
    },
  };
}
