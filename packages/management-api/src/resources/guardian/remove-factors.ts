import type { Authenticator, Clock, RequestContext, TenantStore } from '@tessera/model';

/** In whose name factors are removed. */
interface Removal {
  readonly store: TenantStore;
  readonly context: RequestContext;
}

/**
 * Removes factors of a user and says so in the tenant log. What was begun with them ends, and no browser is
 * spared the second factor any more: whoever reset it expects to be asked.
 */
export async function removeFactors(
  { clock }: { readonly clock: Clock },
  { store, context }: Removal,
  userId: string,
  removed: readonly Authenticator[],
): Promise<void> {
  if (removed.length === 0) return;
  await store.transaction(async (tx) => {
    for (const { id } of removed) await tx.authenticators.delete(id);
    for (const kind of ['mfa-code', 'mfa-token', 'webauthn-challenge'] as const) {
      await tx.tickets.revoke(userId, kind);
    }
    await tx.userDevices.forgetMfa(userId);
    for (const { id, type } of removed) {
      await tx.logs.append({
        type: 'gd_unenroll',
        date: clock.now(),
        description: 'Second factor was removed by an administrator',
        userId,
        ip: context.ip,
        hostname: new URL(context.baseUrl).hostname,
        details: { authenticator: { id, type, phone_number: null } },
      });
    }
  });
}
