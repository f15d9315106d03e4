import { isListedAddress, type JsonValue } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { type CountedAttempt, countAttempt } from '../attempt-limit.ts';
import { DialectError } from '../dialect/dialect-error.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';

/** Subject tokens that are not genuine, from one address, before it has to wait; the hosted service's default. */
const MAX_FAILURES = 10;
/** One further try per this time, ms; so many of them make the window. */
const RATE_MS = 600_000;
/** Longest window, s. */
const MAX_WINDOW_SECONDS = 86_400;

/** An exchange that was counted in advance; `forgive` when its subject token was not made up. */
export type ExchangeAttempt = Pick<CountedAttempt, 'forgive'>;

/**
 * Counts an exchange of the sender's address before its token is judged. Rejects once too many subject
 * tokens of the address were not genuine. The tenant's suspicious IP throttling has the limits, in its
 * stage `pre-custom-token-exchange`.
 */
export async function admitExchange(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
): Promise<ExchangeAttempt> {
  const { ip, tenant } = scope.requests.of(ctx).context;
  const limits = readLimits(tenant.settings.attackProtection?.suspiciousIpThrottling ?? {});
  if (!limits.isEnabled || isListedAddress(limits.allowed, ip)) return { forgive: async () => {} };
  const attempt = await countAttempt(scope, ip, { purpose: 'token-exchange', ...limits });
  if (attempt.retryAfterSeconds !== undefined) {
    ctx.set('retry-after', String(attempt.retryAfterSeconds));
    throw new DialectError(
      429,
      'too_many_attempts',
      'We have detected suspicious login behavior and further attempts will be blocked. Please contact the administrator.',
    );
  }
  return attempt;
}

function readLimits(settings: { readonly [name: string]: JsonValue }) {
  const stage = memberOf(memberOf(settings, 'stage'), 'pre-custom-token-exchange');
  const maxFailures = numberOf(stage, 'max_attempts') ?? MAX_FAILURES;
  const rateMs = numberOf(stage, 'rate') ?? RATE_MS;
  const allowed = memberOf(settings, 'allowlist');
  const seconds = Math.ceil((maxFailures * rateMs) / 1000);
  return {
    isEnabled: settings.enabled !== false,
    maxFailures,
    windowSeconds: Math.min(Math.max(seconds, 1), MAX_WINDOW_SECONDS),
    allowed: Array.isArray(allowed) ? allowed.filter((entry) => typeof entry === 'string') : [],
  };
}

function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as { readonly [name: string]: JsonValue })[name] : undefined;
}

function numberOf(value: JsonValue | undefined, name: string): number | undefined {
  const member = memberOf(value, name);
  return typeof member === 'number' && member >= 1 ? member : undefined;
}
