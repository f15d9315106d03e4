import { createHash } from 'node:crypto';
import type { TenantStore } from '@tessera/model';
import type { Grant, KoaContextWithOIDC } from 'oidc-provider';

const MODEL = 'Consent';

/** Whose consent, to which application. */
interface ConsentKey {
  readonly userId: string;
  readonly clientId: string;
}

/** Scopes that a person has granted to a third-party application: of the protocol, and by API. */
export interface ConsentedScopes {
  readonly openid: readonly string[];
  readonly apis: Readonly<Record<string, readonly string[]>>;
}

const NONE: ConsentedScopes = { openid: [], apis: {} };

export async function findConsent(store: TenantStore, key: ConsentKey): Promise<ConsentedScopes> {
  const stored = await store.oidcModels.find(MODEL, idOf(key));
  return stored === undefined ? NONE : (stored.payload.scopes as unknown as ConsentedScopes);
}

/** Adds to what was granted before. Consent is remembered until it is revoked with the person's other grants. */
export async function rememberConsent(
  store: TenantStore,
  key: ConsentKey,
  granted: ConsentedScopes,
): Promise<void> {
  const known = await findConsent(store, key);
  const apis: Record<string, string[]> = {};
  for (const name of [...Object.keys(known.apis), ...Object.keys(granted.apis)]) {
    apis[name] = union(known.apis[name] ?? [], granted.apis[name] ?? []);
  }
  const scopes = { openid: union(known.openid, granted.openid), apis };
  const id = idOf(key);
  // No secret: the management API names consents by it.
  const payload = { id, accountId: key.userId, clientId: key.clientId, scopes };
  await store.oidcModels.upsert(MODEL, id, payload, undefined);
}

/** Everything that the request asks for, as far as the API offers it. */
export function requestedConsent(ctx: KoaContextWithOIDC): ConsentedScopes {
  const requested = ctx.oidc.requestParamScopes;
  const apis: Record<string, string[]> = {};
  for (const [name, api] of Object.entries(ctx.oidc.resourceServers ?? {})) {
    apis[name] = [...requested].filter((scope) => api.scopes.has(scope));
  }
  return { openid: [...ctx.oidc.requestParamOIDCScopes], apis };
}

export function addToGrant(grant: Grant, { openid, apis }: ConsentedScopes): void {
  if (openid.length > 0) grant.addOIDCScope([...openid]);
  for (const [name, scopes] of Object.entries(apis)) {
    if (scopes.length > 0) grant.addResourceScope(name, [...scopes]);
  }
}

function union(first: readonly string[], second: readonly string[]): string[] {
  return [...new Set([...first, ...second])];
}

function idOf({ userId, clientId }: ConsentKey): string {
  return createHash('sha256').update(`${clientId}\n${userId}`).digest('base64url');
}
