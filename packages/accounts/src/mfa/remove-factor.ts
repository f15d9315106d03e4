import type { MultifactorContext, User } from '@tessera/model';
import { logFactor } from './multifactor-log.ts';
import type { MultifactorOptions } from './multifactor-services.ts';
import { noSuchFactor } from './proof-limits.ts';

/** See `Multifactor.removeFactor`. */
export async function removeFactor(
  { clock }: MultifactorOptions,
  context: MultifactorContext,
  user: User,
  authenticatorId: string,
): Promise<void> {
  const { store } = context;
  const authenticator = await store.authenticators.find(authenticatorId);
  if (authenticator?.userId !== user.userId) throw noSuchFactor();
  if (!(await store.authenticators.delete(authenticatorId))) throw noSuchFactor();
  await store.userDevices.forgetMfa(user.userId);
  await logFactor(context, 'gd_unenroll', { at: clock.now(), user, authenticator });
}
