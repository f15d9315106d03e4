import { createHash } from 'node:crypto';
import {
  type Connection,
  isSameSecret,
  type JsonObject,
  type TenantStore,
  type Ticket,
} from '@tessera/model';
import { LIMITS } from '../limits.ts';

/**
 * What was sent to an address and not used yet. One thing per address: a newer code or link replaces an
 * older one. It is good for the application that asked for it, once, and for few guesses.
 */
interface PendingCode {
  readonly clientId: string;
  /** Hash of the code, or of the link's secret. */
  readonly secretHash: string;
}

/** What a link stands for. */
export interface LinkPayload {
  readonly connectionId: string;
  readonly address: string;
  readonly clientId: string;
  /** Parameters of the authorization that follows. */
  readonly authParams: Readonly<Record<string, string>>;
}

const addressKey = ({ id }: Connection, address: string): string => `address ${id} ${address}`;
const linkKey = (secret: string): string => `link ${secret}`;
const usedKey = (connection: Connection, use: CodeUse): string =>
  `used ${connection.id} ${use.address} ${use.attemptKey ?? ''}`;

/** A code as somebody presents it. */
export interface CodeUse {
  readonly address: string;
  readonly code: string;
  readonly clientId: string;
  readonly at: Date;
  /** What the form that sends the code belongs to; the same form sent twice is answered twice. */
  readonly attemptKey?: string;
}

function hashSecret(address: string, secret: string): string {
  return createHash('sha256')
    .update(JSON.stringify([address, secret]))
    .digest('base64url');
}

function matches(ticket: Ticket | undefined, use: CodeUse): boolean {
  const pending = ticket?.payload as unknown as PendingCode | undefined;
  if (pending === undefined || pending.clientId !== use.clientId) return false;
  return isSameSecret(hashSecret(use.address, use.code), pending.secretHash);
}

/** Notes a code for an address, in place of what was sent before. */
export async function saveCode(
  store: TenantStore,
  connection: Connection,
  sent: { readonly use: Omit<CodeUse, 'at' | 'attemptKey'>; readonly expiresAt: Date },
): Promise<void> {
  const { address, code, clientId } = sent.use;
  const payload: JsonObject = { clientId, secretHash: hashSecret(address, code) };
  await store.tickets.save({
    kind: 'passwordless',
    key: addressKey(connection, address),
    payload,
    expiresAt: sent.expiresAt,
  });
}

/**
 * True for the right code, once. Of any number of concurrent uses one is right, and as many guesses are
 * looked at as `LIMITS.passwordlessGuesses` says, whoever makes them. The form that was right is right
 * again for a minute, so that sending it twice does no harm.
 */
export async function takeCode(
  store: TenantStore,
  connection: Connection,
  use: CodeUse,
): Promise<boolean> {
  const key = addressKey(connection, use.address);
  const guess = await store.tickets.attempt('passwordless', key);
  const isRight =
    guess !== undefined && guess.attempts <= LIMITS.passwordlessGuesses && matches(guess, use);
  const isTaken =
    isRight &&
    (await store.transaction(async (tx) => {
      // Replaced between the two looks: then another code was taken, and this one is void.
      const taken = matches(await tx.tickets.consume('passwordless', key), use);
      if (taken && use.attemptKey !== undefined) {
        await tx.tickets.save({
          kind: 'passwordless',
          key: usedKey(connection, use),
          payload: { clientId: use.clientId, secretHash: hashSecret(use.address, use.code) },
          expiresAt: new Date(use.at.getTime() + LIMITS.passwordlessRepeatSeconds * 1000),
        });
      }
      return taken;
    }));
  if (isTaken || use.attemptKey === undefined) return isTaken;
  return matches(await store.tickets.find('passwordless', usedKey(connection, use)), use);
}

/** Notes a link; its secret is good as long as the address has no newer code or link. */
export async function saveLink(
  store: TenantStore,
  connection: Connection,
  sent: { readonly secret: string; readonly link: LinkPayload; readonly expiresAt: Date },
): Promise<void> {
  const { secret, link, expiresAt } = sent;
  const { address, clientId } = link;
  await saveCode(store, connection, { use: { address, clientId, code: secret }, expiresAt });
  const payload = link as unknown as JsonObject;
  await store.tickets.save({ kind: 'passwordless', key: linkKey(secret), payload, expiresAt });
}

/** What a link stands for while it can be used; looking does not use it. */
export async function findLink(
  store: TenantStore,
  secret: string,
): Promise<LinkPayload | undefined> {
  const ticket = await store.tickets.find('passwordless', linkKey(secret));
  return ticket?.payload as unknown as LinkPayload | undefined;
}
