import type { Client, Connection, ConnectionStrategy } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { grantErrors } from './grant-errors.ts';

/** The connection of a tenant that grants use when the request names none. */
export async function getDefaultConnection(
  scope: IssuerScope,
  ctx: KoaContextWithOIDC,
): Promise<Connection> {
  const { defaultDirectory } = scope.requests.of(ctx).context.tenant.settings;
  if (defaultDirectory === undefined || defaultDirectory === '') {
    throw grantErrors.noDefaultDirectory();
  }
  return await getLoginConnection(scope, ctx, { name: defaultDirectory, strategies: ['auth0'] });
}

/** A connection by its name. Rejects when the application may not use it or it has another strategy. */
export async function getLoginConnection(
  { store }: IssuerScope,
  { oidc }: KoaContextWithOIDC,
  wanted: { readonly name: string; readonly strategies: readonly ConnectionStrategy[] },
): Promise<Connection> {
  const enabled = await store.connections.listForClient(oidc.client?.clientId ?? '');
  const connection = enabled.find(
    ({ name, realms }) => name === wanted.name || realms.includes(wanted.name),
  );
  if (connection === undefined || !wanted.strategies.includes(connection.strategy)) {
    throw grantErrors.unknownRealm(wanted.name);
  }
  return connection;
}

/** The application as the tenant has it. */
export async function getApplication(
  { store }: IssuerScope,
  { oidc }: KoaContextWithOIDC,
): Promise<Client> {
  const client = await store.clients.find(oidc.client?.clientId ?? '');
  if (client === undefined) throw new Error('the application of this request no longer exists');
  return client;
}
