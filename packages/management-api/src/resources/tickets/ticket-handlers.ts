import type {
  EmailVerificationTicketBody,
  MANAGEMENT_OPERATIONS,
  PasswordChangeTicketBody,
} from '@tessera/api-contract';
import type { Connection, TenantStore, User } from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { WireError } from '../../http/wire-error.ts';
import type { UserAccounts } from '../users/user-accounts.ts';

type TicketOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  'createPasswordChangeTicket' | 'createEmailVerificationTicket'
>;

const userNotFound = () => notFound('The user does not exist.', 'inexistent_user');
const invalid = (message: string, errorCode = 'invalid_body') =>
  new WireError('invalid_body', message, { errorCode });

/** The database connection of a user. */
export async function findDatabase(
  store: TenantStore,
  user: User,
): Promise<Connection | undefined> {
  const identity = user.identities.find(({ provider }) => provider === 'auth0');
  return identity && (await store.connections.findByName(identity.connection));
}

/** Whom a password ticket is for: by id, or by address and connection. */
async function findOwner(
  store: TenantStore,
  { user_id: userId, connection_id: connectionId, email, identity }: PasswordChangeTicketBody,
): Promise<{ readonly user: User; readonly connection: Connection }> {
  if (userId !== undefined && (connectionId !== undefined || email !== undefined)) {
    throw invalid('Give either user_id, or connection_id and email.');
  }
  if (userId === undefined && (connectionId === undefined || email === undefined)) {
    throw invalid('Give user_id, or connection_id and email.');
  }
  if (identity !== undefined && identity.provider !== 'auth0') {
    throw invalid('Only identities of provider "auth0" have a password.');
  }
  if (userId !== undefined) {
    const user = await store.users.find(userId);
    if (user === undefined) throw userNotFound();
    const connection = await findDatabase(store, user);
    if (connection === undefined) throw invalid('The user has no password in any connection.');
    return { user, connection };
  }
  const connection = await store.connections.find(connectionId ?? '');
  if (connection?.strategy !== 'auth0') {
    throw notFound('The connection does not exist.', 'inexistent_connection');
  }
  const user = await store.users.findByIdentifier(connection.name, { email: email ?? '' });
  if (user === undefined) throw userNotFound();
  return { user, connection };
}

async function checkClient(
  store: TenantStore,
  { client_id: clientId }: PasswordChangeTicketBody | EmailVerificationTicketBody,
): Promise<void> {
  if (clientId !== undefined && (await store.clients.find(clientId)) === undefined) {
    throw notFound('The client does not exist.', 'inexistent_client');
  }
}

/** 0 stands for the default, as the hosted service has it. */
const seconds = (ttl: number | undefined) =>
  ttl === undefined || ttl === 0 ? {} : { seconds: ttl };

export function ticketHandlers(services: {
  readonly accounts: UserAccounts;
}): OperationHandlers<TicketOperations> {
  const { passwordResets, emailVerifications } = services.accounts;
  return {
    createPasswordChangeTicket: async ({ store, context, facts, body }) => {
      await checkClient(store, body);
      const { user, connection } = await findOwner(store, body);
      const { tenant, baseUrl } = context;
      const ticket = await passwordResets.createTicket(
        { tenant, store, baseUrl, request: facts },
        {
          userId: user.userId,
          connection,
          ...seconds(body.ttl_sec),
          ...(body.client_id === undefined ? {} : { clientId: body.client_id }),
          ...(body.result_url === undefined ? {} : { resultUrl: body.result_url }),
          includeEmailInRedirect: body.includeEmailInRedirect ?? false,
          markEmailAsVerified: body.mark_email_as_verified ?? false,
        },
      );
      return { status: 201, body: { ticket } };
    },
    createEmailVerificationTicket: async ({ store, context, facts, body }) => {
      await checkClient(store, body);
      const user = await store.users.find(body.user_id);
      if (user === undefined) throw userNotFound();
      const { tenant, baseUrl } = context;
      const ticket = await emailVerifications.createTicket(
        { tenant, store, baseUrl, request: facts },
        {
          user,
          connection: await findDatabase(store, user),
          clientId: body.client_id,
          resultUrl: body.result_url,
          includeEmailInRedirect: body.includeEmailInRedirect,
          ...seconds(body.ttl_sec),
        },
      );
      return { status: 201, body: { ticket } };
    },
  };
}
