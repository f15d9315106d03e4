import type { RiskAssessment } from '@tessera/engine';
import type { JsonObject, User, UserDevice } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { findDeviceId, keepDeviceId } from './device-cookie.ts';
import { assessRisk, type LoginSender } from './risk/assess-risk.ts';
import type { Place } from './risk/distance.ts';

/** How long a second factor is remembered in a browser. */
const MFA_REMEMBERED_MS = 30 * 86_400_000;
/** A browser that was seen in the same place so recently is not worth a write. */
const SEEN_STEP_MS = 3_600_000;

/** Judges a login that began with credentials; undefined when the tenant does not want it judged. */
export async function assessLogin(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  { user, sender }: { readonly user: User; readonly sender: LoginSender },
): Promise<RiskAssessment | undefined> {
  const { context } = scope.requests.of(ctx);
  const { risk, attackProtection } = context.tenant.settings;
  if (risk?.enabled === false) return undefined;
  const [device, latest] = await Promise.all([
    sender === 'browser' ? findDevice(ctx, scope, user) : undefined,
    scope.store.userDevices.findLatest(user.userId),
  ]);
  return assessRisk({
    sender,
    now: scope.clock.now(),
    ip: context.ip,
    place: placeOf(context.geoip),
    hasLoggedIn: user.loginsCount > 1,
    device,
    latest,
    settings: risk,
    untrusted: {
      operator: scope.untrustedAddresses,
      tenant: attackProtection?.untrustedAddresses ?? [],
    },
  });
}

/** The person's second factor is remembered in this browser. */
export async function isFactorRemembered(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  user: User,
): Promise<boolean> {
  const device = await findDevice(ctx, scope, user);
  const until = device?.mfaRememberedUntil;
  return until !== undefined && until.getTime() > scope.clock.now().getTime();
}

/** Notes that the person has logged in with this browser, from where, and what they want remembered. */
export async function noteBrowser(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  login: { readonly user: User; readonly rememberFactor: boolean },
): Promise<void> {
  const { user, rememberFactor } = login;
  const now = scope.clock.now();
  const known = await findDevice(ctx, scope, user);
  const deviceId = keepDeviceId(ctx, scope);
  const { ip } = scope.requests.of(ctx).context;
  if (known !== undefined && !rememberFactor && isSeen(known, ip, now)) return;
  const mfaRememberedUntil = rememberFactor
    ? new Date(now.getTime() + MFA_REMEMBERED_MS)
    : known?.mfaRememberedUntil;
  await saveDevice(ctx, scope, {
    ...{ userId: user.userId, deviceId, firstSeenAt: known?.firstSeenAt ?? now },
    ...(mfaRememberedUntil === undefined ? {} : { mfaRememberedUntil }),
  });
}

/**
 * Notes that an application at the person's has logged them in, from where: the next login is judged by
 * it. No cookie has an id of this form.
 */
export async function noteApplication(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  login: { readonly user: User; readonly clientId: string },
): Promise<void> {
  const { userId } = login.user;
  const deviceId = `application ${login.clientId}`;
  const now = scope.clock.now();
  const known = await scope.store.userDevices.find(userId, deviceId);
  if (known !== undefined && isSeen(known, scope.requests.of(ctx).context.ip, now)) return;
  await saveDevice(ctx, scope, { userId, deviceId, firstSeenAt: known?.firstSeenAt ?? now });
}

function saveDevice(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  device: Pick<UserDevice, 'userId' | 'deviceId' | 'firstSeenAt' | 'mfaRememberedUntil'>,
): Promise<void> {
  const { ip, geoip } = scope.requests.of(ctx).context;
  return scope.store.userDevices.save({
    ...device,
    ip,
    ...placeOf(geoip),
    lastSeenAt: scope.clock.now(),
  });
}

function isSeen({ ip, lastSeenAt }: UserDevice, from: string, now: Date): boolean {
  return ip === from && now.getTime() - lastSeenAt.getTime() < SEEN_STEP_MS;
}

function findDevice(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  { userId }: User,
): Promise<UserDevice | undefined> {
  const { browsers } = scope.requests.of(ctx);
  const known = browsers.get(userId);
  if (known !== undefined) return known;
  const deviceId = findDeviceId(ctx, scope);
  const found =
    deviceId === undefined
      ? Promise.resolve(undefined)
      : scope.store.userDevices.find(userId, deviceId);
  browsers.set(userId, found);
  return found;
}

/** Of `event.request.geoip`, what tells a place. */
function placeOf(geoip: JsonObject | undefined): Place | undefined {
  if (geoip === undefined) return undefined;
  const { latitude, longitude, countryCode } = geoip;
  const place: Place = {
    ...(typeof latitude === 'number' && typeof longitude === 'number'
      ? { latitude, longitude }
      : {}),
    ...(typeof countryCode === 'string' ? { countryCode } : {}),
  };
  return Object.keys(place).length === 0 ? undefined : place;
}
