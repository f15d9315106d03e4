import { createHash } from 'node:crypto';
import { addressOf, isVerified, type VerificationChannel } from '@tessera/accounts';
import { type Connection, inSeconds, type User } from '@tessera/model';
import type { LoginSession } from '../login-session.ts';
import type { PageRequest } from '../show-screen.ts';

/** How long a login waits for its codes; then the person logs in again. */
const PAGE_SECONDS = 3600;

/** How a person has logged in but for the codes. */
export type VerifiedMethod = 'password' | 'passkey';

/** A person who has logged in otherwise and has to show that an address is theirs. */
export interface PendingVerification {
  readonly session: LoginSession;
  readonly user: User;
  readonly channel: VerificationChannel;
  readonly address: string;
  /** They may go on without. */
  readonly isOptional: boolean;
}

/** Begins or ends with this; whoever only knows the address of the page has another browser. */
function bindingOf({ csrf, request }: PageRequest, { transaction }: LoginSession): string {
  const { id } = csrf.openBrowser(request.headers);
  return createHash('sha256')
    .update(JSON.stringify(['verification', id, transaction.state]))
    .digest('base64url');
}

/** The key under which the code of a page is good. */
export function codeKeyOf(page: PageRequest, { session, user, channel }: PendingVerification) {
  return `${bindingOf(page, session)} ${user.userId} ${channel}`;
}

/**
 * What a person has to verify before the login goes on; undefined: nothing. Whoever signs up is asked for
 * what the connection wants of them, whoever logs in for what it requires.
 */
export async function findUnverified(
  { options }: PageRequest,
  session: LoginSession,
  person: { readonly user: User; readonly isSignUp: boolean },
): Promise<PendingVerification | undefined> {
  const { connection } = session;
  const { user, isSignUp } = person;
  if (!isMainConnection(user, connection)) return undefined;
  const { signUpVerification: wanted } = await options.accounts.describeConnection(connection);
  for (const channel of ['email', 'phone'] as const) {
    const address = addressOf(user, channel);
    const want = wanted[channel];
    const isWanted = want === 'required' || (want === 'optional' && isSignUp);
    if (!isWanted || address === undefined || isVerified(user, channel)) continue;
    return { session, user, channel, address, isOptional: want === 'optional' };
  }
  return undefined;
}

/** The addresses of a user are those of the first identity. */
const isMainConnection = ({ identities }: User, { name, strategy }: Connection): boolean =>
  strategy === 'auth0' && identities[0]?.connection === name;

/** Notes that the person of this browser has logged in but for the verification. */
export async function savePending(
  page: PageRequest,
  session: LoginSession,
  person: {
    readonly userId: string;
    readonly isSignUp: boolean;
    readonly method: VerifiedMethod;
  },
): Promise<void> {
  const { isSignUp, method } = person;
  await session.store.tickets.save({
    kind: 'email-verification',
    key: `page ${bindingOf(page, session)}`,
    userId: person.userId,
    payload: { connectionId: session.connection.id, isSignUp, method },
    expiresAt: inSeconds(page.options.clock, PAGE_SECONDS),
  });
}

/** Who waits in this browser and login; undefined when nobody does. */
export async function findPending(
  page: PageRequest,
  session: LoginSession,
): Promise<
  | {
      readonly user: User;
      readonly method: VerifiedMethod;
      /** What they have to verify; undefined: nothing any more. */
      readonly pending: PendingVerification | undefined;
    }
  | undefined
> {
  const { store, connection } = session;
  const key = `page ${bindingOf(page, session)}`;
  const ticket = await store.tickets.find('email-verification', key);
  if (ticket?.userId === undefined || ticket.payload.connectionId !== connection.id) {
    return undefined;
  }
  const user = await store.users.find(ticket.userId);
  if (user === undefined || user.blocked) return undefined;
  const isSignUp = ticket.payload.isSignUp === true;
  const method = ticket.payload.method === 'passkey' ? 'passkey' : 'password';
  return { user, method, pending: await findUnverified(page, session, { user, isSignUp }) };
}
