import type {
  AuthorableTriggerId,
  CacheAPI,
  CredentialsExchangeAPI,
  CustomTokenExchangeAPI,
  NotificationAPI,
  PasswordResetPostChallengeAPI,
  PostLoginAPI,
  PreUserRegistrationAPI,
} from '@tessera/action-types';
import {
  createCredentialsExchangeAccess,
  createPasswordResetAccess,
  createPostLoginAccess,
  createPreUserRegistrationAccess,
  createTokenExchangeAccess,
} from './access.ts';
import type { ApiContext, GroupContext } from './api-context.ts';
import { createAuthentication, createChallenge } from './authentication.ts';
import { createCache } from './cache.ts';
import { createGroups, createRoles } from './membership.ts';
import { createMultifactor } from './multifactor.ts';
import { createNotification } from './notification.ts';
import { createPrompt } from './prompt.ts';
import { createLoginRedirect, createRedirect } from './redirect.ts';
import { RULES } from './rules.ts';
import { createSamlResponse } from './saml-response.ts';
import { createScopeMethod, createTargetScopes } from './scopes.ts';
import { createRefreshToken, createSession } from './session.ts';
import { createSetNamedValue } from './set-named-value.ts';
import { createTokenExchangeAuthentication } from './token-exchange.ts';
import { createPasswordResetTransaction, createTransaction } from './transaction.ts';
import { createUserMetadata } from './user-metadata.ts';
import { createValidation } from './validation.ts';

/** The `api` object of each trigger, for one action of one run. */
export const CREATE_API: Readonly<Record<AuthorableTriggerId, (context: ApiContext) => object>> = {
  'post-login': createPostLoginApi,
  'credentials-exchange': createCredentialsExchangeApi,
  'pre-user-registration': createPreUserRegistrationApi,
  'post-user-registration': createCacheApi,
  'post-change-password': createCacheApi,
  'password-reset-post-challenge': createPasswordResetApi,
  'send-phone-message': createCacheApi,
  'custom-token-exchange': createTokenExchangeApi,
  'custom-email-provider': createProviderApi,
  'custom-phone-provider': createProviderApi,
  'event-stream': createCacheApi,
};

function createPostLoginApi(base: ApiContext): PostLoginAPI {
  const context: GroupContext<PostLoginAPI> = { ...base, api: () => api };
  const api: PostLoginAPI = {
    access: createPostLoginAccess(context),
    accessToken: {
      setCustomClaim: createSetNamedValue(context, 'accessToken.setCustomClaim'),
      addScope: createScopeMethod(context, 'accessToken.addScope'),
      removeScope: createScopeMethod(context, 'accessToken.removeScope'),
    },
    authentication: createAuthentication(context),
    cache: createCache(context),
    groups: createGroups(context),
    idToken: { setCustomClaim: createSetNamedValue(context, 'idToken.setCustomClaim') },
    multifactor: createMultifactor(context),
    prompt: createPrompt(context),
    redirect: createLoginRedirect(context),
    refreshToken: createRefreshToken(context),
    roles: createRoles(context),
    rules: RULES,
    samlResponse: createSamlResponse(context),
    session: createSession(context),
    transaction: createTransaction(context),
    user: createUserMetadata(context),
    validation: createValidation(context),
  };
  return api;
}

function createCredentialsExchangeApi(base: ApiContext): CredentialsExchangeAPI {
  const context: GroupContext<CredentialsExchangeAPI> = { ...base, api: () => api };
  const api: CredentialsExchangeAPI = {
    access: createCredentialsExchangeAccess(context),
    accessToken: { setCustomClaim: createSetNamedValue(context, 'accessToken.setCustomClaim') },
    cache: createCache(context),
    transaction: createTargetScopes(context),
  };
  return api;
}

function createPreUserRegistrationApi(base: ApiContext): PreUserRegistrationAPI {
  const context: GroupContext<PreUserRegistrationAPI> = { ...base, api: () => api };
  const api: PreUserRegistrationAPI = {
    access: createPreUserRegistrationAccess(context),
    cache: createCache(context),
    user: createUserMetadata(context),
    validation: createValidation(context),
  };
  return api;
}

function createPasswordResetApi(base: ApiContext): PasswordResetPostChallengeAPI {
  const context: GroupContext<PasswordResetPostChallengeAPI> = { ...base, api: () => api };
  const api: PasswordResetPostChallengeAPI = {
    access: createPasswordResetAccess(context),
    authentication: createChallenge(context),
    cache: createCache(context),
    prompt: createPrompt(context),
    redirect: createRedirect(context),
    transaction: createPasswordResetTransaction(context),
  };
  return api;
}

function createTokenExchangeApi(base: ApiContext): CustomTokenExchangeAPI {
  const context: GroupContext<CustomTokenExchangeAPI> = { ...base, api: () => api };
  const api: CustomTokenExchangeAPI = {
    access: createTokenExchangeAccess(context),
    authentication: createTokenExchangeAuthentication(context),
    cache: createCache(context),
    user: createUserMetadata(context),
  };
  return api;
}

/** `api` of the providers of e-mails and phone messages. */
interface ProviderApi {
  readonly cache: CacheAPI;
  readonly notification: NotificationAPI<ProviderApi>;
}

function createProviderApi(base: ApiContext): ProviderApi {
  const context: GroupContext<ProviderApi> = { ...base, api: () => api };
  const api: ProviderApi = {
    cache: createCache(context),
    notification: createNotification(context),
  };
  return api;
}

/** Of triggers whose actions only act on the outside. */
function createCacheApi(context: ApiContext): { readonly cache: CacheAPI } {
  return { cache: createCache(context) };
}
