import type { Clock, RequestContext, SigningKey, Store } from '@tessera/model';
import { createLocalJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { WireError } from './wire-error.ts';

/** Who calls, and what it may do. */
export interface AccessToken {
  /** `sub`: `<client_id>@clients` for machines. */
  readonly subject: string;
  /** `azp`, or the machine behind `sub`. */
  readonly clientId: string | undefined;
  readonly scopes: ReadonlySet<string>;
  readonly expiresAt: Date;
}

/** Tenants whose key sets are kept; the oldest goes first. */
const MAX_KEY_SETS = 1_000;
/** Longest header that is looked at, in characters. Node's own limit for all headers is 16 kB. */
const MAX_HEADER_LENGTH = 12_000;
/** Seconds by which the clocks of replicas may differ. */
const CLOCK_TOLERANCE_SECONDS = 5;

/** Checks access tokens of a tenant with that tenant's own keys. */
export class AccessTokenVerifier {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #keySets = new Map<
    string,
    { readonly kids: string; readonly getKey: JWTVerifyGetKey }
  >();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Reads `Authorization: Bearer …`. Rejects with 401 (or 400 for another form) unless the token is
   * the tenant's, unexpired, and for `audience`.
   */
  async verify(
    context: RequestContext,
    authorization: string | undefined,
    audience: string,
  ): Promise<AccessToken> {
    const token = readBearer(authorization);
    const getKey = await this.#getKeySet(context.tenant.id);
    try {
      const { payload } = await jwtVerify(token, getKey, {
        issuer: context.baseUrl,
        audience,
        algorithms: ['RS256'],
        requiredClaims: ['exp', 'iat', 'sub'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: this.#clock.now(),
      });
      return toAccessToken(payload);
    } catch (cause) {
      throw unauthorized(describeFailure(cause), cause);
    }
  }

  async #getKeySet(tenantId: string): Promise<JWTVerifyGetKey> {
    const keys = await this.#store.tenant(tenantId).signingKeys.list();
    const usable = keys.filter((key) => key.state !== 'revoked');
    const kids = usable.map((key) => key.kid).join(' ');
    const known = this.#keySets.get(tenantId);
    if (known?.kids === kids) return known.getKey;
    const getKey = createLocalJWKSet({ keys: usable.map(toPublicJwk) });
    this.#keySets.delete(tenantId);
    const [oldest] = this.#keySets.keys();
    if (this.#keySets.size >= MAX_KEY_SETS && oldest !== undefined) this.#keySets.delete(oldest);
    this.#keySets.set(tenantId, { kids, getKey });
    return getKey;
  }
}

const toPublicJwk = (key: SigningKey) => ({
  kty: 'RSA',
  ...key.publicJwk,
  kid: key.kid,
  alg: key.alg,
});

function readBearer(authorization: string | undefined): string {
  if (authorization === undefined || authorization === '')
    throw unauthorized('Missing authentication');
  const match = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization);
  if (match?.[1] === undefined || authorization.length > MAX_HEADER_LENGTH) {
    throw new WireError('invalid_body', 'Bad HTTP authentication header format', {
      errorCode: 'Bearer',
    });
  }
  return match[1];
}

function toAccessToken(payload: JWTPayload): AccessToken {
  const { sub = '', azp, scope, exp = 0 } = payload;
  const machine = sub.endsWith('@clients') ? sub.slice(0, -'@clients'.length) : undefined;
  return {
    subject: sub,
    clientId: typeof azp === 'string' ? azp : machine,
    scopes: new Set(typeof scope === 'string' ? scope.split(' ').filter((one) => one !== '') : []),
    expiresAt: new Date(exp * 1_000),
  };
}

function describeFailure(cause: unknown): string {
  if (cause instanceof errors.JWTExpired)
    return 'Expired token received for JSON Web Token validation';
  if (cause instanceof errors.JWSSignatureVerificationFailed) {
    return 'Invalid signature received for JSON Web Token validation';
  }
  return 'Invalid token';
}

function unauthorized(message: string, cause?: unknown): WireError {
  return new WireError('invalid_token', message, { attributes: { error: message }, cause });
}

/** Rejects with `insufficient_scope` unless the token holds what the operation asks for. */
export function checkScopes(
  token: AccessToken,
  scopes: readonly string[],
  rule: 'any' | 'all' = 'any',
): void {
  const isHeld = (scope: string) => token.scopes.has(scope);
  if (rule === 'all' ? scopes.every(isHeld) : scopes.some(isHeld)) return;
  throw new WireError(
    'insufficient_scope',
    `Insufficient scope, expected ${rule} of: ${scopes.join(',')}`,
    { errorCode: 'insufficient_scope' },
  );
}
