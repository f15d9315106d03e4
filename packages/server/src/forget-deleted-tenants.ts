import type { Logger, Store } from '@tessera/model';

/**
 * Ends what this replica still keeps of a tenant once it is deleted, here or at another replica: its
 * provider, its sandbox process, its jobs. Returns the way to stop listening.
 */
export function forgetDeletedTenants(
  store: Store,
  logger: Logger,
  forgetters: readonly ((tenantId: string) => Promise<void>)[],
): () => void {
  const forget = async (tenantId: string): Promise<void> => {
    if ((await store.tenants.find(tenantId)) !== undefined) return;
    await Promise.all(forgetters.map((forgetter) => forgetter(tenantId)));
  };
  return store.onChange(({ kind, tenantId }) => {
    if (kind !== 'tenants') return;
    forget(tenantId).catch((error: unknown) =>
      logger.warn({ err: error, tenantId }, 'something of a changed tenant may still be kept'),
    );
  });
}
