import type { PLATFORM_OPERATIONS } from '@tessera/api-contract';
import type { ActionRunner, Tenant } from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { WireError } from '../../http/wire-error.ts';
import { type ProvisioningServices, provisionTenant } from '../../provisioning/provision-tenant.ts';

export interface PlatformServices extends ProvisioningServices {
  readonly runner: Pick<ActionRunner, 'evictTenant'>;
  readonly checkFurtherTenant?: () => void;
  readonly baseUrlOf: (tenant: Pick<Tenant, 'name' | 'isDefault'>) => string;
}

export function platformHandlers(
  services: PlatformServices,
): OperationHandlers<typeof PLATFORM_OPERATIONS> {
  const { store, runner, baseUrlOf } = services;
  const domainOf = (tenant: Pick<Tenant, 'name' | 'isDefault'>) => new URL(baseUrlOf(tenant)).host;
  return {
    listTenants: async () => {
      const tenants = await store.tenants.list();
      return {
        status: 200,
        body: {
          tenants: tenants.map((tenant) => ({
            name: tenant.name,
            domain: domainOf(tenant),
            is_default: tenant.isDefault,
            created_at: tenant.createdAt.toISOString(),
          })),
        },
      };
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
      if (tenant === undefined) throw notFound('The tenant does not exist.', 'tenant_not_found');
      if (tenant.isDefault) {
        throw new WireError('conflict', 'The default tenant cannot be deleted.', {
          errorCode: 'default_tenant',
        });
      }
      if (!(await store.tenants.delete(tenant.id))) {
        throw notFound('The tenant does not exist.', 'tenant_not_found');
      }
      await runner.evictTenant(tenant.id);
      return { status: 204 };
    },
  };
}
