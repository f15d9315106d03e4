import { isListedAddress, type JsonValue } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { countAttempt } from '../attempt-limit.ts';
import { DialectError } from '../dialect/dialect-error.ts';
import { noteLogEntry } from '../logs/create-log-entry.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';

/**
 * Login pages that one address may open at a tenant in ten minutes. Each is a row that lives for an hour,
 * and everybody can make some. Ten a second are more than the people of a company behind one address
 * need when all of them come to work, and keep the rows of an address below 40,000.
 */
export const LOGIN_PAGES_PER_ADDRESS = 6_000;
const WINDOW_SECONDS = 600;
const LOGIN_PAGES = 'login-pages';

/** This machine: its operator, or a proxy that nobody has told us of, behind which everybody is. */
const LOOPBACK = ['127.0.0.0/8', '::1'] as const;

/** The sender's address opens more login pages than it may; told by a page, for the application asks again at once. */
export class TooManyLoginPagesError extends DialectError {
  constructor() {
    super(
      429,
      'too_many_requests',
      'Too many logins were begun from your network. Wait ten minutes, then go back to the application and log in again.',
    );
    this.allow_redirect = false;
  }
}

/**
 * Counts a login page of the sender's address before anything is stored for it. Rejects with
 * `TooManyLoginPagesError` once there are too many. Who is logged in already, and who is not to be asked
 * (`prompt=none`), opens none. The tenant's allowlist of suspicious IP throttling is not counted.
 */
export async function admitLoginPage(ctx: KoaContextWithOIDC, scope: IssuerScope): Promise<void> {
  // Coming back from a page takes the place of the login that it belonged to.
  if (ctx.oidc.route !== 'authorization' || ctx.oidc.prompts.has('none')) return;
  await admit(ctx, scope);
}

/** Counts a pushed request as a login page, when its application has shown no secret: anybody could be it. */
export async function admitPushedRequest(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
): Promise<void> {
  if (ctx.oidc.client?.clientAuthMethod === 'none') await admit(ctx, scope);
}

async function admit(ctx: KoaContextWithOIDC, scope: IssuerScope): Promise<void> {
  const { ip, tenant } = scope.requests.of(ctx).context;
  const allowlist = readTexts(tenant.settings.attackProtection?.suspiciousIpThrottling?.allowlist);
  if (isListedAddress([...LOOPBACK, ...allowlist], ip)) return;
  const attempt = await countAttempt(scope, ip, {
    purpose: LOGIN_PAGES,
    maxFailures: scope.loginPagesPerAddress,
    windowSeconds: WINDOW_SECONDS,
  });
  if (attempt.retryAfterSeconds === undefined) return;
  if (attempt.isFirstRefused) logRefusal(ctx, scope);
  ctx.set('retry-after', String(attempt.retryAfterSeconds));
  throw new TooManyLoginPagesError();
}

/** Once for an address and ten minutes: an entry a request would be a row a request again. */
function logRefusal(ctx: KoaContextWithOIDC, scope: IssuerScope): void {
  const { client } = ctx.oidc;
  noteLogEntry(ctx, scope, {
    type: 'api_limit',
    description: `More than ${scope.loginPagesPerAddress} login pages were opened from this address in ${WINDOW_SECONDS / 60} minutes`,
    clientId: client?.clientId,
    clientName: client?.clientName,
    details: {
      limit: { size: scope.loginPagesPerAddress, bucket: LOGIN_PAGES, global: false },
      request: { method: ctx.method, path: ctx.path },
    },
  });
}

function readTexts(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}
