import type { RiskAssessment } from '@tessera/engine';
import type { JsonObject } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { userOf } from '../provider/accounts.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { sessionExtensionOf } from '../provider/session-extension.ts';
import { noteLogEntry } from './create-log-entry.ts';

/** A login that came to its end: `ssa` when it was silent, else `s`. */
export function logLogin(ctx: KoaContextWithOIDC, scope: IssuerScope): void {
  const isSilent = ctx.oidc.prompts.has('none');
  noteLogEntry(ctx, scope, {
    ...loginFacts(ctx, scope),
    type: isSilent ? 'ssa' : 's',
    description: isSilent ? 'Successful silent authentication' : 'Successful login',
  });
}

/** The person is asked for a second factor, or to set one up. */
export function logPrompt(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  risk: RiskAssessment | undefined,
): void {
  noteLogEntry(ctx, scope, {
    ...loginFacts(ctx, scope),
    type: 'mfar',
    description: 'Multifactor authentication required',
    // Plain JSON, as Actions are told.
    ...(risk === undefined ? {} : { details: { ...risk } as unknown as JsonObject }),
  });
}

/** A login that post-login refused (`f`), or any silent one that failed (`fsa`). */
export function logLoginError(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  error: { readonly error_description?: string | undefined; readonly message: string },
): void {
  const { client, params } = ctx.oidc;
  const isSilent = params?.prompt === 'none';
  if (client === undefined || (!isSilent && !scope.requests.of(ctx).isLoginRefused)) return;
  noteLogEntry(ctx, scope, {
    ...loginFacts(ctx, scope),
    type: isSilent ? 'fsa' : 'f',
    description: error.error_description ?? error.message,
  });
}

function loginFacts(ctx: KoaContextWithOIDC, scope: IssuerScope) {
  const { client, account, session, params } = ctx.oidc;
  const requested = params?.scope;
  return {
    clientId: client?.clientId,
    clientName: client?.clientName,
    user: account && userOf(account),
    connection: session && sessionExtensionOf(session),
    audience: scope.requests.of(ctx).api?.identifier,
    scope: typeof requested === 'string' ? requested : undefined,
  };
}
