import type { FactorProof, MfaToken } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { DialectError } from '../dialect/dialect-error.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { completeLogin } from './complete-login.ts';
import { confirmFactor } from './confirm-factor.ts';
import { refusalOf, tokenGone } from './factor-refusals.ts';
import { requireParameter } from './grant-parameters.ts';
import type { GrantType } from './grant-type.ts';
import { createMultifactorContext, getMultifactor } from './multifactor-context.ts';
import type { WaitingLogin } from './require-factor.ts';

/**
 * Goes on with the login of an `mfa_token` once the person has proven a second factor. The token is
 * taken only then, and by one of any number of concurrent requests: a wrong code does not use it up.
 */
export async function logInWithFactor(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  factor: { readonly proof: FactorProof; readonly wrong: string },
): ReturnType<GrantType['answer']> {
  const token = requireParameter(ctx, 'mfa_token');
  // An mfa_token has no dots.
  if (token.includes('.')) return await confirmFactor(ctx, scope, { token, ...factor });
  const context = await createMultifactorContext(ctx, scope);
  const waiting = await findWaiting(ctx, scope, { token, context });
  const { user, connection, login } = waiting;
  if (await isEnrollmentOver(scope, waiting, context)) throw tokenGone();
  const verdict = await getMultifactor(scope).verify(
    context,
    { user, binding: token },
    factor.proof,
  );
  if (verdict.kind !== 'passed') throw await refusalOf(ctx, scope, { verdict, token, ...factor });
  if (!isAllowed(login.factors, verdict.type)) {
    throw new DialectError(403, 'invalid_grant', 'This factor was not asked for.');
  }
  if ((await getMultifactor(scope).consumeToken(context, token)) === undefined) throw tokenGone();
  restoreRequest(ctx, waiting.facts);
  const timestamp = scope.clock.now().toISOString();
  const { factors: _factors, methods, ...waited } = login;
  const { protocol, gty, actor, exchangedTypes, ...continued } = waited;
  const answer = await completeLogin(ctx, scope, {
    login: {
      user,
      connection,
      protocol,
      gty,
      methods: [...methods, { name: 'mfa', timestamp, type: verdict.type }],
      impliesAllScopes: false,
      ...(actor === undefined ? {} : { actor }),
      ...(exchangedTypes === undefined ? {} : { exchangedTypes }),
    },
    continued,
  });
  const { recoveryCode } = verdict;
  if (recoveryCode === undefined || 'error' in answer) return answer;
  return { ...answer, recovery_code: recoveryCode };
}

/**
 * The token lets a person without a factor set one up. Once they have one, whoever holds such a token with a
 * factor of their own in the making shows the person's first.
 */
async function isEnrollmentOver(
  scope: IssuerScope,
  { facts, user }: Awaited<ReturnType<typeof findWaiting>>,
  context: Awaited<ReturnType<typeof createMultifactorContext>>,
): Promise<boolean> {
  if (!facts.enrollmentAllowed) return false;
  return (await getMultifactor(scope).listUsableFactors(context, user)).length > 0;
}

/** A recovery code stands in for whatever was asked for. */
function isAllowed(factors: readonly string[], type: string): boolean {
  return factors.includes(type) || type === 'recovery-code';
}

async function findWaiting(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  given: {
    readonly token: string;
    readonly context: Awaited<ReturnType<typeof createMultifactorContext>>;
  },
) {
  const { store } = scope;
  const facts = await getMultifactor(scope).findToken(given.context, given.token);
  if (facts?.login === undefined || facts.clientId !== ctx.oidc.client?.clientId) throw tokenGone();
  const [user, connection] = await Promise.all([
    store.users.find(facts.userId),
    store.connections.find(facts.connectionId),
  ]);
  if (user === undefined || connection === undefined) throw tokenGone();
  // Sealed when it was stored: it is what `askForFactor` wrote.
  return { facts, user, connection, login: facts.login as unknown as WaitingLogin };
}

/** The tokens are for what the first request asked for. */
function restoreRequest({ oidc }: KoaContextWithOIDC, { scope, audience }: MfaToken): void {
  const { params } = oidc;
  if (params === undefined) return;
  params.scope = scope;
  params.audience = audience;
}
