import type { DeviceFacts, SessionFacts } from '@tessera/engine';
import type { RequestFacts, TenantSettings } from '@tessera/model';
import type { SessionExtension } from '../provider/session-extension.ts';

/** A session as it is stored, as far as Actions are told of it. */
export interface StoredSession {
  readonly uid: string;
  /** Seconds since the epoch. */
  readonly loginTs?: number | undefined;
  readonly transient?: boolean | undefined;
  /** By application. */
  readonly authorizations?: object | undefined;
  readonly extension: SessionExtension;
}

/** `event.session` of a living session. */
export function createSessionFacts(
  session: StoredSession,
  settings: TenantSettings,
  now: Date,
): SessionFacts {
  const { extension, loginTs = 0 } = session;
  const { asked, updatedAt, device } = extension;
  const absoluteEnd = (loginTs + settings.sessionLifetimeSeconds) * 1000;
  const expiresAt = Math.min(absoluteEnd, asked?.expiresAt ?? Infinity);
  const idleExpiresAt = now.getTime() + settings.idleSessionLifetimeSeconds * 1000;
  const lastUse = updatedAt === undefined ? {} : { updatedAt: new Date(updatedAt) };
  return {
    id: session.uid,
    createdAt: new Date(extension.createdAt),
    authenticatedAt: new Date(loginTs * 1000),
    ...lastUse,
    ...(lastUse.updatedAt === undefined ? {} : { lastInteractedAt: lastUse.updatedAt }),
    expiresAt: toDate(expiresAt),
    idleExpiresAt: toDate(Math.min(expiresAt, idleExpiresAt)),
    cookieMode: session.transient === true ? 'non-persistent' : 'persistent',
    clientIds: Object.keys(session.authorizations ?? {}),
    ...(device === undefined ? {} : { device }),
    ...(asked?.metadata === undefined ? {} : { metadata: asked.metadata }),
  };
}

/** Whom it was used by until now, with the request at hand as the last. */
export function usedBy(known: DeviceFacts | undefined, request: RequestFacts): DeviceFacts {
  const { ip, userAgent } = request;
  const { initialIp, initialUserAgent } = known ?? {};
  const first = known === undefined ? userAgent : initialUserAgent;
  return {
    initialIp: initialIp ?? ip,
    ...(first === undefined ? {} : { initialUserAgent: first }),
    lastIp: ip,
    ...(userAgent === undefined ? {} : { lastUserAgent: userAgent }),
  };
}

/** Latest time that ISO 8601 text of a date can say; authors may ask for any number. */
const LATEST = 8_640_000_000_000_000;

export function toDate(milliseconds: number): Date {
  return new Date(Math.max(-LATEST, Math.min(milliseconds, LATEST)));
}
