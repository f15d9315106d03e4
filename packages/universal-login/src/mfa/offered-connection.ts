import type { Connection } from '@tessera/model';
import { isRested } from '../passkeys/passkey-offer.ts';
import type { PageRequest } from '../show-screen.ts';
import type { MfaSession } from './mfa-session.ts';

/**
 * The database whose passkey is offered now that a factor was passed. Whoever has second factors is offered
 * none by their password alone, which must not be enough to add a way in.
 */
export async function findOfferedConnection(
  page: PageRequest,
  { step, store, user, context }: MfaSession,
): Promise<Connection | undefined> {
  if (step.passwordConnectionId === undefined || isRested(page)) return undefined;
  const connection = await store.connections.find(step.passwordConnectionId);
  const isTheirs = user.identities.some(({ connection: name }) => name === connection?.name);
  if (connection === undefined || !isTheirs) return undefined;
  const { tenant, baseUrl } = context;
  const { userId } = user;
  const person = { connection, userId, hasPassedFactor: true };
  const isOffered = await page.options.passkeys.isOffered({ tenant, store, baseUrl }, person);
  return isOffered ? connection : undefined;
}
