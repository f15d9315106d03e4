import type { LoginSession } from '../login-session.ts';
import { withConnection } from '../login-session.ts';

/** How long a login's page knows where its code went; codes themselves end sooner. */
const PAGE_SECONDS = 3600;

/** Where the code of a login was sent: the page's URL does not say it. */
export interface SentCode {
  readonly session: LoginSession;
  readonly address: string;
}

const keyOf = ({ transaction }: LoginSession): string => `page ${transaction.state}`;

export async function saveSentCode(
  session: LoginSession,
  sent: { readonly address: string; readonly at: Date },
): Promise<void> {
  await session.store.tickets.save({
    kind: 'passwordless',
    key: keyOf(session),
    payload: { connectionId: session.connection.id, address: sent.address },
    expiresAt: new Date(sent.at.getTime() + PAGE_SECONDS * 1000),
  });
}

/** Undefined when this login has sent none; else the session with the connection that it was for. */
export async function findSentCode(session: LoginSession): Promise<SentCode | undefined> {
  const ticket = await session.store.tickets.find('passwordless', keyOf(session));
  const { connectionId, address } = ticket?.payload ?? {};
  if (typeof connectionId !== 'string' || typeof address !== 'string') return undefined;
  return { session: withConnection(session, ({ id }) => id === connectionId), address };
}
