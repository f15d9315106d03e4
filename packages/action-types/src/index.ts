export type * as CredentialsExchange from './credentials-exchange/index.ts';
export type {
  CredentialsExchangeAPI,
  CredentialsExchangeCommand,
  CredentialsExchangeDenyCode,
  CredentialsExchangeEvent,
  CredentialsExchangeHandler,
} from './credentials-exchange/index.ts';
export type * as PostChangePassword from './post-change-password/index.ts';
export type {
  PostChangePasswordAPI,
  PostChangePasswordCommand,
  PostChangePasswordEvent,
  PostChangePasswordHandler,
} from './post-change-password/index.ts';
export type * as PostLogin from './post-login/index.ts';
export type {
  AuthenticationAPI,
  ChallengeFactor,
  EnableMultifactorOptions,
  EncodeTokenOptions,
  EnrollmentFactor,
  EventAuthenticationMethod,
  EventIdentity,
  EventSession,
  GroupsAPI,
  ListParams,
  MultifactorAPI,
  MultifactorProvider,
  PostLoginAPI,
  PostLoginCommand,
  PostLoginEvent,
  PostLoginHandler,
  RedirectAPI,
  RefreshTokenAPI,
  RolesAPI,
  SamlAttributeValue,
  SamlResponseAPI,
  SessionAPI,
  SessionCookieMode,
  ValidateTokenOptions,
} from './post-login/index.ts';
export type * as PostUserRegistration from './post-user-registration/index.ts';
export type {
  PostUserRegistrationAPI,
  PostUserRegistrationCommand,
  PostUserRegistrationEvent,
  PostUserRegistrationHandler,
} from './post-user-registration/index.ts';
export type * as PreUserRegistration from './pre-user-registration/index.ts';
export type {
  PreUserRegistrationAPI,
  PreUserRegistrationCommand,
  PreUserRegistrationEvent,
  PreUserRegistrationHandler,
} from './pre-user-registration/index.ts';
export type { AccessTokenClaimsAPI } from './shared/access-token-api.ts';
export type {
  CacheAPI,
  CacheEntry,
  CacheErrorCode,
  CacheSetOptions,
  CacheWriteResult,
} from './shared/cache-api.ts';
export type { EventClient, EventConnection, EventTenant } from './shared/context.ts';
export type { Handler } from './shared/handler.ts';
export type { Dictionary, JsonValue } from './shared/json.ts';
export type { BasicRequest, GeoIp } from './shared/request.ts';
export { RESERVED_CLAIM_NAMES } from './shared/reserved-claim-names.ts';
export type {
  CorrelatedTransaction,
  RegistrationTransaction,
  ResponseMode,
  TransactionProtocol,
} from './shared/transaction.ts';
export type { EventUser } from './shared/user.ts';
export type { UserMetadataAPI } from './shared/user-metadata-api.ts';
export type { ValidationAPI } from './shared/validation-api.ts';
export { type AuthorableTriggerId, TRIGGER_AUTHORING, type TriggerAuthoring } from './triggers.ts';
