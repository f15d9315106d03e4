import type { PermissionsBody } from '@tessera/api-contract';
import type { JsonObject, Page, Permission, TenantStore } from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import { checkPlatformScopes, type Giver } from '../../http/platform-scopes.ts';
import { WireError } from '../../http/wire-error.ts';

export const readPermissions = (body: PermissionsBody): readonly Permission[] =>
  body.permissions.map((permission) => ({
    resourceServerIdentifier: permission.resource_server_identifier,
    permissionName: permission.permission_name,
  }));

/** Rejects unless every permission is a scope of an API that exists, and the caller's to give. */
export async function checkPermissions(
  giver: Giver,
  permissions: readonly Permission[],
): Promise<void> {
  for (const { resourceServerIdentifier, permissionName } of permissions) {
    const resourceServer =
      await giver.store.resourceServers.findByIdentifier(resourceServerIdentifier);
    if (resourceServer === undefined) {
      throw notFound(
        `The resource server does not exist: ${resourceServerIdentifier}`,
        'inexistent_resource_server',
      );
    }
    if (!resourceServer.scopes.some(({ value }) => value === permissionName)) {
      throw new WireError(
        'invalid_body',
        `The API "${resourceServerIdentifier}" has no permission: ${permissionName}`,
        { errorCode: 'inexistent_permission' },
      );
    }
    const given = { audience: resourceServerIdentifier, scopes: [permissionName] };
    await checkPlatformScopes(giver, given);
  }
}

/** Permissions with the names that their API gives them. */
export async function toWirePermissions(
  store: TenantStore,
  page: Page<Permission>,
): Promise<Page<JsonObject>> {
  const items = await Promise.all(
    page.items.map(async ({ resourceServerIdentifier, permissionName }): Promise<JsonObject> => {
      const resourceServer = await store.resourceServers.findByIdentifier(resourceServerIdentifier);
      const scope = resourceServer?.scopes.find(({ value }) => value === permissionName);
      return {
        permission_name: permissionName,
        ...(scope?.description === undefined ? {} : { description: scope.description }),
        ...(resourceServer === undefined ? {} : { resource_server_name: resourceServer.name }),
        resource_server_identifier: resourceServerIdentifier,
      };
    }),
  );
  return { items, total: page.total };
}
