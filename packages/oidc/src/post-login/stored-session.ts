import type { SessionFacts, TriggerEffects } from '@tessera/engine';
import type { JsonObject, TenantSettings } from '@tessera/model';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import type { SessionExtension } from '../provider/session-extension.ts';
import { type AskedLifetime, afterUse, shorten } from './asked-lifetime.ts';
import { createSessionFacts, type StoredSession } from './session-facts.ts';

/** A session whose browser is not at hand. */
interface SessionKey {
  readonly uid: string;
  /** A session that another person has taken over counts as gone. */
  readonly userId: string;
}

/** The payload of a session that has a person; oidc-provider wrote it. */
type SessionPayload = StoredSession & { readonly accountId: string; readonly exp: number };

/** `event.session` of a session that is still there. */
export async function findStoredSession(
  scope: IssuerScope,
  key: SessionKey,
  settings: TenantSettings,
): Promise<SessionFacts | undefined> {
  const session = await findPayload(scope, key);
  return session && createSessionFacts(session, settings, scope.clock.now());
}

/** False when the session was ended meanwhile, by a logout, a revocation or a new password. */
export async function isSessionStored(scope: IssuerScope, key: SessionKey): Promise<boolean> {
  return (await findPayload(scope, key)) !== undefined;
}

/** Applies what Actions asked of a session during a refresh. A refresh is no use of the session itself. */
export async function changeStoredSession(
  scope: IssuerScope,
  key: SessionKey,
  { session: effects }: TriggerEffects,
): Promise<void> {
  if (effects === undefined) return;
  const { oidcModels } = scope.store;
  const session = await findPayload(scope, key);
  if (session === undefined) return;
  const { asked: known, ...extension } = session.extension;
  const asked = afterRefresh(known, effects);
  const changed: SessionExtension = { ...extension, ...(asked === undefined ? {} : { asked }) };
  const now = scope.clock.now();
  const nowSeconds = Math.floor(now.getTime() / 1000);
  const expiresInSeconds = Math.floor(shorten(session.exp - nowSeconds, asked, now));
  if (expiresInSeconds < 1) {
    await oidcModels.destroyByUid('Session', key.uid);
    return;
  }
  const { cookieMode } = effects;
  await oidcModels.replace(
    'Session',
    { uid: key.uid },
    {
      payload: {
        ...(session as unknown as JsonObject),
        exp: nowSeconds + expiresInSeconds,
        extension: changed as unknown as JsonObject,
        ...(cookieMode === undefined ? {} : { transient: cookieMode === 'non-persistent' }),
      },
      expiresInSeconds,
    },
  );
}

function afterRefresh(
  known: AskedLifetime | undefined,
  effects: NonNullable<TriggerEffects['session']>,
): AskedLifetime | undefined {
  const asked = afterUse(known, effects);
  const idleEnds = [known?.idleExpiresAt, effects.idleExpiresAt].filter((end) => end !== undefined);
  return idleEnds.length === 0 ? asked : { ...asked, idleExpiresAt: Math.min(...idleEnds) };
}

async function findPayload(
  { store }: IssuerScope,
  { uid, userId }: SessionKey,
): Promise<SessionPayload | undefined> {
  const stored = await store.oidcModels.findByUid('Session', uid);
  const session = stored?.payload as unknown as SessionPayload | undefined;
  return session?.accountId === userId && session.extension !== undefined ? session : undefined;
}
