import type { Client, Connection, JsonObject } from '@tessera/model';
import { createPasswordless, type PasswordlessContext } from '../src/index.ts';
import { openAccounts } from './open-accounts.ts';

export const testClient = (clientId: string): Client => ({
  clientId,
  name: `Application ${clientId}`,
  isFirstParty: true,
  clientSecret: 'secret',
  tokenEndpointAuthMethod: 'client_secret_post',
  grantTypes: ['authorization_code'],
  callbacks: ['https://app.test/callback'],
  allowedLogoutUrls: [],
  webOrigins: [],
  allowedOrigins: [],
  metadata: {},
  oidcConformant: true,
  idTokenLifetimeSeconds: 3600,
  idTokenAlg: 'RS256',
  refreshToken: {
    rotationType: 'rotating',
    expirationType: 'expiring',
    leewaySeconds: 0,
    lifetimeSeconds: 3600,
    idleLifetimeSeconds: 3600,
  },
  requirePushedAuthorizationRequests: false,
  extra: {},
  createdAt: new Date(0),
  updatedAt: new Date(0),
});

/** The passwordless services on a fresh database, with a connection of each strategy. */
export async function openPasswordless(name: string, options: JsonObject = {}) {
  const opened = await openAccounts(name);
  // Tickets end by the database's clock.
  opened.clock.time = new Date();
  const connectionOf = async (strategy: 'email' | 'sms'): Promise<Connection> => {
    const connection: Connection = {
      id: `con_${strategy}`,
      name: strategy,
      strategy,
      enabledClients: [],
      isDomainConnection: true,
      realms: [strategy],
      metadata: {},
      options,
    };
    return opened.store.connections.create(connection);
  };
  const email = await connectionOf('email');
  const sms = await connectionOf('sms');
  const contextOf = (clientId = 'app', ip = '192.0.2.1'): PasswordlessContext => ({
    ...opened.contextFrom(ip),
    client: testClient(clientId),
  });
  const passwordless = createPasswordless(opened.services);
  const { messages } = opened;
  return Object.assign(opened, {
    email,
    sms,
    contextOf,
    passwordless,
    /** Asks for a code by e-mail and returns the one that was sent. */
    async sendCode(address: string, clientId = 'app') {
      await passwordless.start(contextOf(clientId), {
        connection: email,
        address,
        send: 'code',
      });
      return String(messages.emails.at(-1)?.variables.code);
    },
    /** Ends of a login by e-mail: the user's id, or the code of the refusal. */
    tryCode: (
      address: string,
      code: string,
      more: { clientId?: string; attemptKey?: string } = {},
    ) =>
      passwordless
        .logInWithCode(contextOf(more.clientId), {
          connection: email,
          address,
          code,
          ...(more.attemptKey === undefined ? {} : { attemptKey: more.attemptKey }),
        })
        .then(({ userId }) => userId)
        .catch((error: { code: string }) => error.code),
  });
}

export type OpenPasswordless = Awaited<ReturnType<typeof openPasswordless>>;
