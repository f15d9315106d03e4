import type { JsonObject } from '@tessera/model';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { DEVICE_GRANT } from '../device/device-grant.ts';
import { toDialect } from '../dialect/to-dialect.ts';
import { GRANTS } from '../grants/grant-table.ts';
import type { GrantType } from '../grants/grant-type.ts';
import { userOf } from '../provider/accounts.ts';
import { extensionOf } from '../provider/grant-extension.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { noteLogEntry } from './create-log-entry.ts';

/** Codes of the tenant log for an exchange of each grant type. */
const CODES: ReadonlyMap<string, GrantType['log']> = new Map([
  [DEVICE_GRANT, { success: 'sede', failure: 'fede', what: 'Device code for access token' }],
  ...GRANTS.map(({ name, log }) => [name, log] as const),
  [
    'authorization_code',
    { success: 'seacft', failure: 'feacft', what: 'Authorization code for access token' },
  ],
  [
    'client_credentials',
    { success: 'seccft', failure: 'feccft', what: 'Client credentials for access token' },
  ],
  [
    'refresh_token',
    { success: 'sertft', failure: 'fertft', what: 'Refresh token for access token' },
  ],
]);

/** Of a type of token that the log names; the management API stores no longer one. */
const MAX_TYPE_LENGTH = 100;

export function logExchange(ctx: KoaContextWithOIDC, scope: IssuerScope): void {
  const codes = CODES.get(String(ctx.oidc.params?.grant_type));
  if (codes === undefined) return;
  if (scope.requests.of(ctx).isFactorRequired === true) {
    const description = 'Multifactor authentication required';
    noteLogEntry(ctx, scope, { ...exchangeFacts(ctx, scope), type: 'mfar', description });
    return;
  }
  noteLogEntry(ctx, scope, {
    ...exchangeFacts(ctx, scope),
    type: codes.success,
    description: codes.what,
  });
}

/** Only of applications that the tenant knows: others could fill the log at will. */
export function logExchangeError(ctx: KoaContextWithOIDC, scope: IssuerScope, error: Error): void {
  const grantType = String(ctx.oidc.params?.grant_type);
  const codes = CODES.get(grantType);
  if (codes === undefined || ctx.oidc.client === undefined) return;
  // Devices ask every few seconds; that the person has not finished is no failure.
  if (error instanceof errors.AuthorizationPending) return;
  const isReuse =
    error instanceof errors.InvalidGrant && error.error_detail === 'refresh token already used';
  noteLogEntry(ctx, scope, {
    ...exchangeFacts(ctx, scope),
    type: isReuse ? 'ferrt' : codes.failure,
    description: isReuse
      ? 'A rotated refresh token was used again; all tokens of its login are revoked.'
      : toDialect(error, grantType).description,
  });
}

function exchangeFacts(ctx: KoaContextWithOIDC, scope: IssuerScope) {
  const { client, account, entities } = ctx.oidc;
  const issued = entities.AccessToken ?? entities.ClientCredentials;
  return {
    clientId: client?.clientId,
    clientName: client?.clientName,
    user: account && userOf(account),
    connection: extensionOf(entities.Grant)?.authentication,
    audience: scope.requests.of(ctx).api?.identifier,
    scope: issued?.scope,
    details: describeSubject(ctx),
  };
}

/** What a token exchange began with; never a token. */
function describeSubject({ oidc }: KoaContextWithOIDC): JsonObject | undefined {
  const type = oidc.params?.subject_token_type;
  if (typeof type !== 'string') return undefined;
  const actor = extensionOf(oidc.entities.Grant)?.actor;
  return {
    subject_token_type: type.slice(0, MAX_TYPE_LENGTH),
    ...(actor === undefined ? {} : { actor }),
  };
}
