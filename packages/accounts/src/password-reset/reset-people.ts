import type { AccountContext } from '../account-context.ts';
import { findCredentials } from '../passwords/credentials.ts';
import type { ResetView } from './password-resets.ts';
import type { ResetSession } from './reset-session.ts';
import type { ResetLink } from './reset-tickets.ts';

/** Who a link is for; undefined when somebody is gone, or the account has another address by now. */
export async function findPeople({ store }: AccountContext, accountId: string, link: ResetLink) {
  const owner = await findCredentials(store, accountId);
  const connection = await store.connections.find(link.connectionId);
  if (owner === undefined || connection === undefined) return undefined;
  const { account, user } = owner;
  const isTheirs = account.identities[0]?.connection === connection.name;
  if (!isTheirs || (link.email !== undefined && link.email !== account.email)) return undefined;
  return { user, account, connection };
}

/** The application that the reset was asked for in, if it is still there. */
export async function withClient(
  context: AccountContext,
  link: ResetLink,
): Promise<AccountContext> {
  const client =
    link.clientId === undefined ? undefined : await context.store.clients.find(link.clientId);
  const { client: _client, ...rest } = context;
  return client === undefined ? rest : { ...rest, client };
}

/** What pages show of a reset; undefined when its person is gone. */
export async function viewReset(
  context: AccountContext,
  state: string,
  session: ResetSession,
): Promise<ResetView | undefined> {
  const people = await findPeople(context, session.userId, session.link);
  if (people === undefined) return undefined;
  const { user, connection } = people;
  const { clientId } = session.link;
  return {
    state,
    phase: session.phase,
    ...{ user, connection },
    ...(clientId === undefined ? {} : { clientId }),
    ...(session.uiLocales === undefined ? {} : { uiLocales: session.uiLocales }),
  };
}
