import type { JsonObject, TenantStore, Ticket } from '@tessera/model';
import { LIMITS } from '../limits.ts';

/** What a challenge is for: a login, or a new passkey of a user. */
export interface PasskeyCeremony {
  readonly purpose: 'login' | 'enrollment';
  /** What the ceremony belongs to, e.g. the login's `state`: the pages bind that to one browser. */
  readonly binding: string;
  /** Who gets the passkey; of enrollments. */
  readonly userId?: string;
}

const keyOf = ({ purpose, binding }: PasskeyCeremony, challenge: string): string =>
  JSON.stringify(['passkey', purpose, binding, challenge]);

/** Notes a challenge. Several may be open for one login: the field and the button each have one. */
export async function saveChallenge(
  store: TenantStore,
  ceremony: PasskeyCeremony,
  issued: { readonly challenge: string; readonly at: Date },
): Promise<void> {
  const payload: JsonObject = { flow: 'passkey', purpose: ceremony.purpose };
  await store.tickets.save({
    kind: 'webauthn-challenge',
    key: keyOf(ceremony, issued.challenge),
    payload,
    ...(ceremony.userId === undefined ? {} : { userId: ceremony.userId }),
    expiresAt: new Date(issued.at.getTime() + LIMITS.passkeySeconds * 1000),
  });
}

/** True for a challenge that was issued for this ceremony, once. */
export async function takeChallenge(
  store: TenantStore,
  ceremony: PasskeyCeremony,
  challenge: string,
): Promise<boolean> {
  const ticket: Ticket | undefined = await store.tickets.consume(
    'webauthn-challenge',
    keyOf(ceremony, challenge),
  );
  return ticket !== undefined && ticket.userId === ceremony.userId;
}
