import { isSecureIssuer } from '../provider/cookies.ts';
import type { ProviderContext } from '../provider/provider-context.ts';
import { PROVIDER_ROUTES } from '../provider/routes.ts';
import { MalformedBodyError } from './json-request.ts';
import { readBody } from './read-body.ts';

/** Longest form that fits into an address: Node refuses headers of 16 kB. Longer ones are for `/oauth/par`. */
const MAX_ADDRESS_LENGTH = 8_000;

/** Endpoints that take their parameters by GET and by POST. */
const BOTH_WAYS: ReadonlySet<string> = new Set([
  PROVIDER_ROUTES.authorization,
  PROVIDER_ROUTES.end_session,
]);

/**
 * Takes a form that was posted to the authorization or the logout endpoint (OpenID Connect Core,
 * section 3.1.2.1; RP-Initiated Logout, section 2) for a GET with the same parameters. True when the
 * request has been answered.
 *
 * Over plain http a form from another site comes without our cookies (`SameSite=Lax`), and nobody would
 * seem to be logged in; the browser is asked to come again with a GET, which brings them.
 */
export async function takeFormAsQuery(ctx: ProviderContext, issuer: string): Promise<boolean> {
  if (ctx.method !== 'POST' || !BOTH_WAYS.has(ctx.path)) return false;
  if (ctx.is('application/x-www-form-urlencoded') === false) {
    throw new MalformedBodyError('The body must be a form (application/x-www-form-urlencoded).');
  }
  const form = (await readBody(ctx.req)).trim();
  if (isSecureIssuer(issuer)) {
    ctx.method = 'GET';
    ctx.querystring = form;
    return false;
  }
  if (form.length > MAX_ADDRESS_LENGTH) {
    throw new MalformedBodyError(
      `Over plain http a form may have ${MAX_ADDRESS_LENGTH} characters here. Push the request to ${PROVIDER_ROUTES.pushed_authorization_request} instead.`,
    );
  }
  ctx.set('cache-control', 'no-store');
  ctx.redirect(`${ctx.path}?${new URLSearchParams(form)}`);
  ctx.status = 303;
  return true;
}
