import type { FastifyReply } from 'fastify';
import type { LoginSession } from '../login-session.ts';
import { type PageRequest, sendOn } from '../show-screen.ts';

/** Tells the protocol who logged in and sends the browser on. */
export async function finishLogin(
  page: PageRequest,
  session: LoginSession,
  userId: string,
): Promise<FastifyReply> {
  const { transactions, clock } = page.options;
  const { context, connection, transaction } = session;
  const login = { userId, connection, at: clock.now() };
  return sendOn(page, { session }, await transactions.complete(context, transaction.state, login));
}
