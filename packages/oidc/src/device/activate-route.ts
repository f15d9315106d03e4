import { countAttempt } from '../attempt-limit.ts';
import { type OwnRoute, queryText } from '../routes/own-route.ts';
import { showDevicePage } from './device-flow.ts';

/** Codes that one address may get wrong in ten minutes. At this rate a guess among a thousand waiting devices takes years. */
const GUESSES = { purpose: 'user-code', maxFailures: 20, windowSeconds: 600 } as const;
/** Longest code that the page is filled in with. */
const MAX_USER_CODE_LENGTH = 32;

/**
 * `/activate`: the page where a device's code is typed; oidc-provider answers it. A code in the address
 * (`verification_uri_complete`) only fills in the field: the person still has to look at it.
 */
export const activateRoute: OwnRoute = async (ctx, { scope }, next) => {
  const state = scope.requests.of(ctx);
  if (ctx.method === 'GET') {
    const userCode = queryText(ctx, 'user_code')?.slice(0, MAX_USER_CODE_LENGTH);
    if (userCode !== undefined) state.userCode = userCode;
    ctx.querystring = '';
    await next();
    return;
  }
  const attempt = await countAttempt(scope, state.context.ip, GUESSES);
  if (attempt.retryAfterSeconds !== undefined) {
    ctx.status = 429;
    ctx.set('retry-after', String(attempt.retryAfterSeconds));
    await showDevicePage(ctx, scope, { kind: 'blocked' });
    return;
  }
  await next();
  if (state.isUserCodeWrong !== true) await attempt.forgive();
};
