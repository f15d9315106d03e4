import { countAttempt } from '../attempt-limit.ts';
import type { OwnRoute } from '../routes/own-route.ts';

/** Codes that one address may ask for in ten minutes: each is a row, and raises the odds of guessing one. */
const CODES = { purpose: 'device-codes', maxFailures: 300, windowSeconds: 600 } as const;

/** `/oauth/device/code`, which oidc-provider answers: applications that keep no secret need none to ask. */
export const deviceCodesRoute: OwnRoute = async (ctx, { scope }, next) => {
  const { retryAfterSeconds } = await countAttempt(scope, scope.requests.of(ctx).context.ip, CODES);
  if (retryAfterSeconds === undefined) {
    await next();
    return;
  }
  ctx.status = 429;
  ctx.set('retry-after', String(retryAfterSeconds));
  ctx.set('cache-control', 'no-store');
  ctx.body = {
    error: 'too_many_requests',
    error_description: `More than ${CODES.maxFailures} device codes in ${CODES.windowSeconds} seconds were asked for from this address.`,
  };
};
