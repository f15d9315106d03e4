export type * as CredentialsExchange from './credentials-exchange/index.ts';
export type {
  CredentialsExchangeAPI,
  CredentialsExchangeCommand,
  CredentialsExchangeDenyCode,
  CredentialsExchangeEvent,
  CredentialsExchangeHandler,
} from './credentials-exchange/index.ts';
export type * as CustomEmailProvider from './custom-email-provider/index.ts';
export type {
  CustomEmailProviderAPI,
  CustomEmailProviderCommand,
  CustomEmailProviderEvent,
  CustomEmailProviderHandler,
} from './custom-email-provider/index.ts';
export type * as CustomPhoneProvider from './custom-phone-provider/index.ts';
export type {
  CustomPhoneProviderAPI,
  CustomPhoneProviderCommand,
  CustomPhoneProviderEvent,
  CustomPhoneProviderHandler,
} from './custom-phone-provider/index.ts';
export type * as CustomTokenExchange from './custom-token-exchange/index.ts';
export type {
  ActorParams,
  ConnectionUserAttributes,
  CustomTokenExchangeAPI,
  CustomTokenExchangeCommand,
  CustomTokenExchangeEvent,
  CustomTokenExchangeHandler,
  SetUserByConnectionOptions,
} from './custom-token-exchange/index.ts';
export type * as EventStream from './event-stream/index.ts';
export type {
  EventStreamAPI,
  EventStreamCommand,
  EventStreamEvent,
  EventStreamHandler,
} from './event-stream/index.ts';
export type * as PasswordResetPostChallenge from './password-reset-post-challenge/index.ts';
export type {
  PasswordResetPostChallengeAPI,
  PasswordResetPostChallengeCommand,
  PasswordResetPostChallengeEvent,
  PasswordResetPostChallengeHandler,
} from './password-reset-post-challenge/index.ts';
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
  EffectiveRole,
  EnableMultifactorOptions,
  EnrollmentFactor,
  EventSession,
  GroupList,
  GroupsAPI,
  ListParams,
  LoginRedirectAPI,
  MultifactorAPI,
  MultifactorProvider,
  PostLoginAPI,
  PostLoginCommand,
  PostLoginEvent,
  PostLoginHandler,
  RefreshTokenAPI,
  RoleList,
  RolesAPI,
  SamlAttributeValue,
  SamlResponseAPI,
  SessionAPI,
  SessionCookieMode,
  UserGroup,
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
export type * as SendPhoneMessage from './send-phone-message/index.ts';
export type {
  SendPhoneMessageAPI,
  SendPhoneMessageCommand,
  SendPhoneMessageEvent,
  SendPhoneMessageHandler,
} from './send-phone-message/index.ts';
export type { AccessTokenClaimsAPI } from './shared/access-token-api.ts';
export type { EventAuthenticationMethod } from './shared/authentication-method.ts';
export type {
  CacheAPI,
  CacheEntry,
  CacheErrorCode,
  CacheSetOptions,
  CacheWriteResult,
} from './shared/cache-api.ts';
export type { ChallengeAPI, ChallengeFactor } from './shared/challenge-api.ts';
export type { Command } from './shared/commands.ts';
export type {
  EventBrandedTenant,
  EventClient,
  EventConnection,
  EventCustomDomain,
  EventOrganization,
  EventTenant,
} from './shared/context.ts';
export type { Handler } from './shared/handler.ts';
export type { EventEnrolledFactor, EventIdentity } from './shared/identity.ts';
export type { Dictionary, JsonValue } from './shared/json.ts';
export type { NotificationAPI } from './shared/notification-api.ts';
export type { EventPrompt, PromptAPI } from './shared/prompt-api.ts';
export type {
  EncodeTokenOptions,
  RedirectAPI,
  ValidateTokenOptions,
} from './shared/redirect-api.ts';
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
