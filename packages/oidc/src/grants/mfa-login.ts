import type { FactorProof, FactorVerdict, MfaToken } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { DialectError } from '../dialect/dialect-error.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { completeLogin } from './complete-login.ts';
import { requireParameter } from './grant-parameters.ts';
import type { GrantType } from './grant-type.ts';
import { createMultifactorContext, getMultifactor } from './multifactor-context.ts';
import type { WaitingLogin } from './require-factor.ts';

/** How often a program may ask whether the person has answered on their device, s. */
const POLL_INTERVAL_SECONDS = 5;

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
  const { protocol, gty, methods, actor, factors: _factors, ...continued } = login;
  const answer = await completeLogin(ctx, scope, {
    login: {
      user,
      connection,
      protocol,
      gty,
      methods: [...methods, { name: 'mfa', timestamp, type: verdict.type }],
      impliesAllScopes: false,
      ...(actor === undefined ? {} : { actor }),
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

async function refusalOf(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  refused: {
    readonly verdict: Exclude<FactorVerdict, { kind: 'passed' }>;
    readonly token: string;
    readonly wrong: string;
  },
): Promise<DialectError> {
  switch (refused.verdict.kind) {
    case 'wrong':
      return new DialectError(403, 'invalid_grant', refused.wrong);
    case 'rejected':
      return new DialectError(403, 'invalid_grant', 'MFA Authorization rejected.');
    case 'too-many-attempts':
      ctx.set('retry-after', String(refused.verdict.retryAfterSeconds));
      return new DialectError(
        429,
        'too_many_attempts',
        'There were too many wrong codes. Please wait a while and try again.',
      );
    case 'pending': {
      const key = `mfa-poll:${scope.tenantId}:${refused.token}`;
      const { count } = await scope.rateLimits.consume(key, POLL_INTERVAL_SECONDS);
      return count > 1
        ? new DialectError(
            429,
            'slow_down',
            `You are polling faster than allowed. Wait ${POLL_INTERVAL_SECONDS} seconds between requests.`,
          )
        : new DialectError(
            400,
            'authorization_pending',
            'Authorization pending: please repeat the request in a few seconds.',
          );
    }
  }
}

/** Says the same of tokens that never were, of other applications' and of those that are used up. */
function tokenGone(): DialectError {
  return new DialectError(403, 'expired_token', 'mfa_token is expired or invalid');
}
