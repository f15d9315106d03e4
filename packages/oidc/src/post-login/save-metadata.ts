import type { TriggerEffects, TriggerOutcome } from '@tessera/engine';
import type { TenantStore } from '@tessera/model';

/**
 * Writes the metadata that a run set, in one statement: also when the run denies or redirects. A run
 * that broke writes nothing.
 */
export async function saveMetadata(
  store: TenantStore,
  userId: string,
  { end, effects }: TriggerOutcome,
): Promise<void> {
  if (end.kind === 'failed') return;
  const { userMetadata, appMetadata } = effects;
  if (userMetadata === undefined && appMetadata === undefined) return;
  await store.users.mergeMetadata(userId, {
    ...(userMetadata === undefined ? {} : { userMetadata }),
    ...(appMetadata === undefined ? {} : { appMetadata }),
  });
}

/** Effects without the metadata that is saved, so that resuming does not write it a second time. */
export function withoutMetadata(effects: TriggerEffects): TriggerEffects {
  const { userMetadata: _userMetadata, appMetadata: _appMetadata, ...rest } = effects;
  return rest;
}
