import { inSeconds, type User } from '@tessera/model';
import type { FastifyReply } from 'fastify';
import { accountContext } from '../account-context.ts';
import { finishLogin } from '../login/finish-login.ts';
import type { LoginSession } from '../login-session.ts';
import type { PageRequest } from '../show-screen.ts';
import { passkeyEnrollmentUrl } from '../urls.ts';

/** How long somebody may look at the offer; then they log in again. */
const OFFER_SECONDS = 600;
/** How long a browser is not asked again after a "not now". */
const REST_SECONDS = 30 * 86_400;
const REST_COOKIE = 'tessera_passkey_rest';

/** Who has logged in with a password; the login is completed once they have answered. */
const keyOf = (session: LoginSession): string => `passkey offer ${session.transaction.state}`;

/** Completes a login with a password, after offering a passkey to those who should have one. */
export async function finishPasswordLogin(
  page: PageRequest,
  session: LoginSession,
  userId: string,
): Promise<FastifyReply> {
  const { connection } = session;
  const isOffered =
    !isRested(page) &&
    (await page.options.passkeys.isOffered(accountContext(page, session), { connection, userId }));
  if (!isOffered) return finishLogin(page, session, { userId });
  await session.store.tickets.save({
    kind: 'webauthn-challenge',
    key: keyOf(session),
    userId,
    payload: { flow: 'passkey-offer', connectionId: connection.id },
    expiresAt: inSeconds(page.options.clock, OFFER_SECONDS),
  });
  return page.reply.redirect(passkeyEnrollmentUrl(session.transaction.state), 303);
}

/** Who is being offered a passkey in this login. */
export async function findPasskeyOffer(session: LoginSession): Promise<User | undefined> {
  const { store, connection } = session;
  const ticket = await store.tickets.find('webauthn-challenge', keyOf(session));
  if (ticket?.userId === undefined || ticket.payload.connectionId !== connection.id) {
    return undefined;
  }
  return store.users.find(ticket.userId);
}

/** Whose passkey it will be, on its page. */
export const nameOf = ({ email, username, phoneNumber }: User): string =>
  email ?? username ?? phoneNumber ?? '';

/** Somebody has said "not now" in the browser. */
export const isRested = ({ request }: PageRequest): boolean =>
  request.headers.cookie?.includes(`${REST_COOKIE}=`) === true;

/** Remembers a "not now" in the browser. */
export function restOffers({ options, reply }: PageRequest): void {
  const secure = options.secureCookies ? '; Secure' : '';
  const cookie = `${REST_COOKIE}=1; Path=/u/; HttpOnly; SameSite=Lax; Max-Age=${REST_SECONDS}${secure}`;
  reply.header('set-cookie', cookie);
}
