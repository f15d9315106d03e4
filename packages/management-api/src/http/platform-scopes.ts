import type { RequestContext, TenantStore } from '@tessera/model';
import { platformAudience } from '../provisioning/audiences.ts';
import type { AccessToken } from './access-token.ts';
import { WireError } from './wire-error.ts';

/** Who gives something away. */
export interface Giver {
  readonly context: RequestContext;
  readonly store: TenantStore;
  readonly token: AccessToken;
}

/**
 * Scopes of the platform API rule every tenant, so that the right to manage the default tenant must not
 * be enough to give them away: nobody gives what they do not hold themselves.
 *
 * Rejects with `insufficient_scope`. Scopes of other APIs pass.
 */
export async function checkPlatformScopes(
  giver: Giver,
  given: { readonly audience: string; readonly scopes: readonly string[] },
): Promise<void> {
  const { audience, scopes } = given;
  const { context } = giver;
  if (!context.tenant.isDefault || audience !== platformAudience(context.baseUrl)) return;
  const held = new Set(await listHeldScopes(giver, audience));
  const missing = scopes.filter((scope) => !held.has(scope));
  if (missing.length === 0) return;
  throw new WireError(
    'insufficient_scope',
    `Scopes of the API "${audience}" can be given only by who holds them: ${missing.join(', ')}`,
    { errorCode: 'insufficient_scope' },
  );
}

/** What the caller could get a token of the platform API for. */
async function listHeldScopes(
  { store, token }: Giver,
  audience: string,
): Promise<readonly string[]> {
  if (!token.subject.endsWith('@clients')) {
    return await store.roles.listEffectivePermissions(token.subject, audience);
  }
  const { clientId } = token;
  const grant =
    clientId === undefined ? undefined : await store.clientGrants.findFor(clientId, audience);
  return grant?.scope ?? [];
}
