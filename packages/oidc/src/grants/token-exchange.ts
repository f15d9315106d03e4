import type { TokenExchangeProfile } from '@tessera/model';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { completeLogin } from './complete-login.ts';
import type { ExchangedTypes } from './direct-login.ts';
import { admitExchange } from './exchange-limits.ts';
import { findParameter, requireParameter } from './grant-parameters.ts';
import type { GrantType } from './grant-type.ts';
import { getApplication } from './login-connection.ts';
import { refuseOrganization } from './requested-api.ts';
import { resolveSubject } from './resolve-subject.ts';
import { type ExchangeRequest, runTokenExchange } from './run-token-exchange.ts';

/** The only kind of token that an exchange yields (RFC 8693, section 3). */
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/**
 * Exchanges a token of someone else's for tokens of ours (RFC 8693). The Action that the profile of the
 * `subject_token_type` names judges it and says whom it stands for; then the login goes as every other.
 */
export const tokenExchangeGrant: GrantType = {
  name: 'urn:ietf:params:oauth:grant-type:token-exchange',
  parameters: [
    'subject_token',
    'subject_token_type',
    'actor_token',
    'actor_token_type',
    'requested_token_type',
    'scope',
    'audience',
  ],
  log: { success: 'secte', failure: 'fecte', what: 'Custom token exchange' },
  async answer(ctx, scope) {
    const request = readRequest(ctx);
    const profile = await getProfile(ctx, scope, request.subjectTokenType);
    refuseOrganization(ctx);
    const attempt = await admitExchange(ctx, scope);
    const exchanged = await runTokenExchange(ctx, scope, { profile, request, attempt });
    const { user, connection } = await resolveSubject(ctx, scope, exchanged);
    const answer = await completeLogin(ctx, scope, {
      login: {
        user,
        connection,
        methods: [],
        protocol: 'oauth2-token-exchange',
        gty: tokenExchangeGrant.name,
        impliesAllScopes: false,
        exchangedTypes: typesOf(request),
        ...(exchanged.actor === undefined ? {} : { actor: exchanged.actor }),
      },
    });
    return 'error' in answer ? answer : { ...answer, issued_token_type: ACCESS_TOKEN };
  },
};

function typesOf({ subjectTokenType, actorTokenType }: ExchangeRequest): ExchangedTypes {
  return { subjectTokenType, ...(actorTokenType === undefined ? {} : { actorTokenType }) };
}

function readRequest(ctx: KoaContextWithOIDC): ExchangeRequest {
  const actorToken = findParameter(ctx, 'actor_token');
  const actorTokenType = findParameter(ctx, 'actor_token_type');
  const requestedTokenType = findParameter(ctx, 'requested_token_type');
  if ((actorToken === undefined) !== (actorTokenType === undefined)) {
    throw new errors.InvalidRequest('actor_token and actor_token_type need each other');
  }
  if (requestedTokenType !== undefined && requestedTokenType !== ACCESS_TOKEN) {
    throw new errors.InvalidRequest(`requested_token_type must be ${ACCESS_TOKEN}`);
  }
  return {
    subjectToken: requireParameter(ctx, 'subject_token'),
    subjectTokenType: requireParameter(ctx, 'subject_token_type'),
    ...(actorToken === undefined ? {} : { actorToken }),
    ...(actorTokenType === undefined ? {} : { actorTokenType }),
    ...(requestedTokenType === undefined ? {} : { requestedTokenType }),
  };
}

/** Rejects when nothing judges such tokens, or the application may not exchange any. */
async function getProfile(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  subjectTokenType: string,
): Promise<TokenExchangeProfile> {
  const client = await getApplication(scope, ctx);
  if (!client.isFirstParty) {
    throw new errors.UnauthorizedClient('third-party applications may not exchange tokens');
  }
  const profile = await scope.store.tokenExchangeProfiles.findBySubjectTokenType(subjectTokenType);
  if (profile === undefined) {
    throw new errors.InvalidRequest('no token exchange profile has this subject_token_type');
  }
  return profile;
}
