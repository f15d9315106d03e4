import type { Tenant, TenantRepository } from '@tessera/model';
import { asc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { EntityCache } from '../cache/entity-cache.ts';
import type { Session } from '../database/session.ts';
import { tenants } from '../schema/index.ts';
import { first } from './rows.ts';

const { sequence: _, ...columns } = getTableColumns(tenants);

export function createTenantRepository(session: Session, cache: EntityCache): TenantRepository {
  const { db } = session;
  const findWhere = (key: string, where: SQL): Promise<Tenant | undefined> =>
    // Kept under no tenant: by name or as default, a tenant is looked up before its id is known.
    cache.read({ tenantId: '', kind: 'tenants', key }, async () => {
      const [row] = await db.select(columns).from(tenants).where(where).limit(1);
      return row;
    });
  const changed = (tenantId: string) => session.changed({ tenantId, kind: 'tenants' });

  return {
    create: async ({ id, name, isDefault, settings }) => {
      const rows = await db
        .insert(tenants)
        .values({ id, name, isDefault, settings })
        .returning(columns);
      changed(id);
      return first(rows);
    },
    find: (id) => findWhere(`id ${id}`, eq(tenants.id, id)),
    findByName: (name) => findWhere(`name ${name}`, eq(tenants.name, name)),
    findDefault: () => findWhere('default', eq(tenants.isDefault, true)),
    list: () => db.select(columns).from(tenants).orderBy(asc(tenants.sequence)),
    updateSettings: async (id, patch) => {
      const row = await session.transaction(async (tx) => {
        const ofTenant = eq(tenants.id, id);
        const { settings } = tenants;
        const [known] = await tx.db
          .select({ settings })
          .from(tenants)
          .where(ofTenant)
          .for('update');
        if (known === undefined) return undefined;
        const change = typeof patch === 'function' ? patch(known.settings) : patch;
        const [updated] = await tx.db
          .update(tenants)
          .set({ settings: sql`${settings} || ${JSON.stringify(change)}::jsonb` })
          .where(ofTenant)
          .returning(columns);
        return updated;
      });
      changed(id);
      return row;
    },
    delete: async (id) => {
      const deleted = await db
        .delete(tenants)
        .where(eq(tenants.id, id))
        .returning({ id: tenants.id });
      for (const kind of TENANT_KINDS) session.changed({ tenantId: id, kind });
      return deleted.length > 0;
    },
  };
}

/** Every kind of change: what goes with a tenant. */
export const TENANT_KINDS = [
  'tenants',
  'clients',
  'resourceServers',
  'clientGrants',
  'connections',
  'signingKeys',
  'bindings',
  'customTexts',
  'roles',
] as const;
