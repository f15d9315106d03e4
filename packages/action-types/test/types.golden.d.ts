// The public types, written by golden.test.ts.
// biome-ignore-all lint: written by the compiler
// biome-ignore-all format: written by the compiler
// biome-ignore-all assist: written by the compiler

// credentials-exchange/api.d.ts
/** OAuth error code with which a token request is refused. */
export type CredentialsExchangeDenyCode = 'invalid_scope' | 'invalid_request' | 'server_error' | 'access_denied';
/** The `api` of `onExecuteCredentialsExchange`. Methods that return nothing to wait for return `api`. */
export interface CredentialsExchangeAPI {
    readonly access: {
        /**
         * Refuses the token. The function runs to its end, later actions do not run.
         * The first call stands.
         *
         * @param code Becomes `error` of the answer.
         * @param reason Becomes `error_description`; never put secrets here.
         */
        deny(code: CredentialsExchangeDenyCode, reason?: string): CredentialsExchangeAPI;
    };
    readonly accessToken: AccessTokenClaimsAPI<CredentialsExchangeAPI>;
    readonly cache: CacheAPI;
    /**
     * Scopes of the access token. In the end only those that the client grant contains are issued;
     * the changed set is in `event.transaction.target_scopes` at once.
     */
    readonly transaction: {
        addTargetScope(scope: string): CredentialsExchangeAPI;
        removeTargetScope(scope: string): CredentialsExchangeAPI;
        setTargetScopes(scopes: readonly string[]): CredentialsExchangeAPI;
        clearTargetScopes(): CredentialsExchangeAPI;
    };
}

// credentials-exchange/commands.d.ts
/** What the `api` of this trigger records. */
export type CredentialsExchangeCommand = Command<'access.deny', readonly [code: string] | readonly [code: string, reason: string]> | Command<'accessToken.setCustomClaim', readonly [name: string, value: JsonValue]> | Command<'transaction.addTargetScope' | 'transaction.removeTargetScope', readonly [scope: string]> | Command<'transaction.setTargetScopes', readonly [scopes: readonly string[]]> | Command<'transaction.clearTargetScopes', readonly []>;

// credentials-exchange/event.d.ts
/** What `onExecuteCredentialsExchange` gets to know. A private copy: writing to it changes nothing. */
export interface CredentialsExchangeEvent {
    /** The access token as it would be issued now. */
    readonly accessToken: {
        /** Claims that earlier actions set. */
        readonly customClaims: Dictionary;
        readonly scope: string[];
    };
    readonly agent?: EventAgent;
    /** The machine that asks for a token. */
    readonly client: EventClient;
    readonly custom_domain?: EventCustomDomain;
    readonly organization?: EventOrganization;
    readonly request: BasicRequest & {
        /** Body of the token request, without credentials. */
        readonly body: Dictionary;
    };
    readonly resource_server: EventResourceServer;
    readonly secrets: EventSecrets;
    readonly tenant: EventTenant;
    readonly transaction: {
        readonly correlation_id?: string;
        /** Scopes that the request named; empty when it named none. */
        readonly requested_scopes: string[];
        /** Scopes that the token is to get: the client grant's at first, then as actions change them. */
        readonly target_scopes?: string[];
    };
}

// credentials-exchange/index.d.ts
export type { CredentialsExchangeAPI, CredentialsExchangeDenyCode };
export type { CredentialsExchangeCommand };
export type { CredentialsExchangeEvent, CredentialsExchangeEvent as Event };
/** `exports.onExecuteCredentialsExchange`. */
export type CredentialsExchangeHandler = Handler<CredentialsExchangeEvent, CredentialsExchangeAPI>;

// custom-email-provider/api.d.ts
/**
 * The `api` of `onExecuteCustomEmailProvider`. The e-mail counts as sent when the handler ends without
 * an error and without a call of `notification`.
 */
export interface CustomEmailProviderAPI {
    readonly cache: CacheAPI;
    readonly notification: NotificationAPI<CustomEmailProviderAPI>;
}

// custom-email-provider/commands.d.ts
/** What the `api` of this trigger records. */
export type CustomEmailProviderCommand = NotificationCommand;

// custom-email-provider/event.d.ts
/** What `onExecuteCustomEmailProvider` gets to know. A private copy: writing to it changes nothing. */
export interface CustomEmailProviderEvent {
    /** The application that caused the message. */
    readonly client: EventClient;
    readonly connection?: EventConnection;
    readonly custom_domain?: EventCustomDomain;
    /** The message, ready to be sent. It can hold links and codes: keep it out of logs. */
    readonly notification: {
        /** Sender: an address, or `Name <address>`. At most 400 characters. */
        readonly from: string;
        /** At most 20,000 characters. */
        readonly html: string;
        /** Language that it is written in, e.g. `en`. */
        readonly locale: string;
        readonly message_type: 'verify_email' | 'verify_email_by_code' | 'reset_email' | 'reset_email_by_code' | 'welcome_email' | 'verification_code' | 'mfa_oob_code' | 'enrollment_email' | 'blocked_account' | 'stolen_credentials'
        /** Sent to try the provider out. */
         | 'try_provider_configuration_email' | 'organization_invitation';
        readonly subject: string;
        /** The same message without markup; at most 20,000 characters. */
        readonly text: string;
        /** Address of the recipient. */
        readonly to: string;
    };
    readonly organization?: EventOrganization;
    /** The request that caused the message; empty when none did. */
    readonly request: {
        readonly geoip?: GeoIp;
        readonly hostname?: string;
        readonly ip?: string;
        readonly query?: {
            [name: string]: string;
        };
        readonly user_agent?: string;
    };
    readonly secrets: EventSecrets;
    readonly tenant: EventBrandedTenant;
    readonly transaction?: CorrelatedTransaction;
    readonly user: Pick<EventUser, 'user_id' | 'email' | 'email_verified' | 'username' | 'name' | 'nickname' | 'given_name' | 'family_name' | 'picture' | 'app_metadata' | 'user_metadata'> & {
        readonly [member: string]: unknown;
    };
}

// custom-email-provider/index.d.ts
export type { CustomEmailProviderAPI };
export type { CustomEmailProviderCommand };
export type { CustomEmailProviderEvent, CustomEmailProviderEvent as Event };
/** `exports.onExecuteCustomEmailProvider`. */
export type CustomEmailProviderHandler = Handler<CustomEmailProviderEvent, CustomEmailProviderAPI>;

// custom-phone-provider/api.d.ts
/**
 * The `api` of `onExecuteCustomPhoneProvider`. The phone message counts as sent when the handler ends without
 * an error and without a call of `notification`.
 */
export interface CustomPhoneProviderAPI {
    readonly cache: CacheAPI;
    readonly notification: NotificationAPI<CustomPhoneProviderAPI>;
}

// custom-phone-provider/commands.d.ts
/** What the `api` of this trigger records. */
export type CustomPhoneProviderCommand = NotificationCommand;

// custom-phone-provider/event.d.ts
/** What `onExecuteCustomPhoneProvider` gets to know. A private copy: writing to it changes nothing. */
export interface CustomPhoneProviderEvent {
    /** The application that caused the message. */
    readonly client: EventClient;
    readonly connection?: EventConnection;
    readonly custom_domain?: EventCustomDomain;
    /** The message, ready to be sent. It can hold a code: keep it out of logs. */
    readonly notification: {
        /** For `delivery_method: 'text'`; at most 1,024 characters. */
        readonly as_text: string;
        /** For `delivery_method: 'voice'`; at most 1,024 characters. */
        readonly as_voice: string;
        /** The one-time code alone; absent in messages that have none. */
        readonly code?: string;
        readonly delivery_method: 'text' | 'voice';
        /** Phone number of the sender, E.164; absent when the tenant has not set one. */
        readonly from?: string;
        /** Language that it is written in, e.g. `en`. */
        readonly locale?: string;
        readonly message_type: 'otp_verify' | 'otp_enroll' | 'blocked_account' | 'change_password' | 'password_breach';
        /** Phone number, E.164: `+41445550100`. */
        readonly recipient: string;
    };
    readonly organization?: EventOrganization;
    readonly request: BasicRequest;
    readonly secrets: EventSecrets;
    readonly tenant: EventBrandedTenant;
    readonly transaction?: CorrelatedTransaction;
    readonly user: EventUser & {
        readonly identities?: EventIdentity[];
        readonly [member: string]: unknown;
    };
}

// custom-phone-provider/index.d.ts
export type { CustomPhoneProviderAPI };
export type { CustomPhoneProviderCommand };
export type { CustomPhoneProviderEvent, CustomPhoneProviderEvent as Event };
/** `exports.onExecuteCustomPhoneProvider`. */
export type CustomPhoneProviderHandler = Handler<CustomPhoneProviderEvent, CustomPhoneProviderAPI>;

// custom-token-exchange/api.d.ts
/** Who acts, and in `act` on whose behalf; at most five of them in all (RFC 8693, section 4.1). */
export interface ActorParams {
    readonly sub: string;
    readonly act?: ActorParams;
    /** Further members of the claim: any JSON. The whole actor is at most 4 kB. */
    readonly [member: string]: unknown;
}
/** What is known of a person of a connection. Texts have at most 1,000 characters. */
export interface ConnectionUserAttributes {
    /** Id at the connection, without the `provider|` prefix. */
    readonly user_id: string;
    readonly email?: string;
    readonly email_verified?: boolean;
    readonly family_name?: string;
    readonly given_name?: string;
    readonly name?: string;
    readonly nickname?: string;
    /** E.164. */
    readonly phone_number?: string;
    readonly phone_verified?: boolean;
    readonly picture?: string;
    readonly username?: string;
    /** Sends the new user an e-mail with which they confirm the address. */
    readonly verify_email?: boolean;
}
/** Whether the platform may make or change the user. */
export interface SetUserByConnectionOptions {
    /** `none`: the exchange fails when there is no such user. */
    readonly creationBehavior: 'create_if_not_exists' | 'none';
    /** `replace`: the attributes given take the place of the profile's. */
    readonly updateBehavior: 'none' | 'replace';
}
/**
 * The `api` of `onExecuteCustomTokenExchange`. Methods that return nothing to wait for return `api`.
 * An exchange for which no user was set fails.
 */
export interface CustomTokenExchangeAPI {
    readonly access: {
        /**
         * Refuses the exchange. The function runs to its end. The first refusal stands.
         *
         * @param code Becomes `error` of the answer.
         * @param reason Becomes `error_description`; never put secrets here.
         */
        deny(code: string, reason: string): CustomTokenExchangeAPI;
        /**
         * Refuses the exchange with `invalid_request` because the subject token is not genuine. Counts
         * against the address that sent it, unlike `deny`.
         *
         * @param reason Becomes `error_description`; never put secrets here.
         */
        rejectInvalidSubjectToken(reason: string): CustomTokenExchangeAPI;
    };
    /** For whom the token is, and who acts. Of several calls the last one counts. */
    readonly authentication: {
        /** A user of this tenant; the exchange fails when there is none. */
        setUserById(userId: string): CustomTokenExchangeAPI;
        /** A user of a connection, by the id there. Makes or changes the user when `options` say so. */
        setUserByConnection(connectionName: string, userAttributes: ConnectionUserAttributes, options: SetUserByConnectionOptions): CustomTokenExchangeAPI;
        /** The organization that the token is for, by id or name. */
        setOrganization(organizationIdOrName: string): CustomTokenExchangeAPI;
        /** Who acts for the person: the `act` claim of the tokens. */
        setActor(actor: ActorParams): CustomTokenExchangeAPI;
    };
    readonly cache: CacheAPI;
    /** Metadata of the user who was set. */
    readonly user: UserMetadataAPI<CustomTokenExchangeAPI>;
}

// custom-token-exchange/commands.d.ts
/** What the `api` of this trigger records. */
export type CustomTokenExchangeCommand = Command<'access.deny', readonly [code: string, reason: string]> | Command<'access.rejectInvalidSubjectToken', readonly [reason: string]> | Command<'authentication.setUserById', readonly [userId: string]> | Command<'authentication.setUserByConnection', readonly [
    connectionName: string,
    userAttributes: ConnectionUserAttributes,
    options: SetUserByConnectionOptions
]> | Command<'authentication.setOrganization', readonly [organizationIdOrName: string]> | Command<'authentication.setActor', readonly [actor: ActorParams]> | UserMetadataCommand;

// custom-token-exchange/event.d.ts
/** What `onExecuteCustomTokenExchange` gets to know. A private copy: writing to it changes nothing. */
export interface CustomTokenExchangeEvent {
    /** The application that asks for the exchange. */
    readonly client: EventClient;
    /** The organization that the request names. */
    readonly organization?: EventOrganization;
    readonly request: BasicRequest & {
        /** Body of the token request, without client credentials and without the two tokens. */
        readonly body: Dictionary;
    };
    /** The API that the request names, or the tenant's default one. */
    readonly resource_server: EventResourceServer;
    readonly secrets: EventSecrets;
    readonly tenant: EventTenant;
    /** The exchange that is asked for (RFC 8693). */
    readonly transaction: {
        /** Who acts for the person, in whatever form the action understands. Not verified. */
        readonly actor_token?: string;
        readonly actor_token_type?: string;
        /** The actor's profile, where the platform itself issued and verified the actor token. */
        readonly actor_token_user?: EventUser & {
            readonly identities: EventIdentity[];
            readonly enrolledFactors?: EventEnrolledFactor[];
            /** Providers of second factors that the actor is enrolled with. */
            readonly multifactor?: string[];
            readonly [member: string]: unknown;
        };
        /** Scopes that the request named; empty when it named none. */
        readonly requested_scopes: string[];
        /** A URI; null when the request named none. */
        readonly requested_token_type: string | null;
        /** For whom the token is to be, in whatever form the action understands. Not verified: that is the action's work. */
        readonly subject_token: string;
        /** The URI of the exchange's profile. */
        readonly subject_token_type: string;
    };
}

// custom-token-exchange/index.d.ts
export type { ActorParams, ConnectionUserAttributes, CustomTokenExchangeAPI, SetUserByConnectionOptions, };
export type { CustomTokenExchangeCommand };
export type { CustomTokenExchangeEvent, CustomTokenExchangeEvent as Event };
/** `exports.onExecuteCustomTokenExchange`. */
export type CustomTokenExchangeHandler = Handler<CustomTokenExchangeEvent, CustomTokenExchangeAPI>;

// event-stream/api.d.ts
/**
 * The `api` of `onExecuteEventStream`. The event counts as delivered when the handler ends without an
 * error; otherwise it is delivered again, a few times.
 */
export interface EventStreamAPI {
    readonly cache: CacheAPI;
}

// event-stream/event.d.ts
/** What `onExecuteEventStream` gets to know. A private copy: writing to it changes nothing. */
export interface EventStreamEvent {
    /** What happened, as a CloudEvent. */
    readonly message: {
        /** Unique with `source`. The same event can be delivered more than once, with the same id. */
        readonly id: string;
        /** Kind of event, e.g. `user.created`. */
        readonly type: string;
        /** What the event is about, by type; absent where the type has no data. */
        readonly data?: Dictionary;
        /** Where it happened: a URI reference. */
        readonly source: string;
        /** Version of the CloudEvents specification: `1.0`. */
        readonly specversion: string;
        /** When it happened: ISO 8601. */
        readonly time?: string;
    };
    readonly secrets: EventSecrets;
}

// event-stream/index.d.ts
export type { EventStreamAPI };
export type { EventStreamEvent, EventStreamEvent as Event };
/** What the `api` of this trigger records: nothing, its one group only reads and caches. */
export type EventStreamCommand = never;
/** `exports.onExecuteEventStream`. */
export type EventStreamHandler = Handler<EventStreamEvent, EventStreamAPI>;

// index.d.ts
// namespace CredentialsExchange
export type { CredentialsExchangeAPI, CredentialsExchangeCommand, CredentialsExchangeDenyCode, CredentialsExchangeEvent, CredentialsExchangeHandler, };
// namespace CustomEmailProvider
export type { CustomEmailProviderAPI, CustomEmailProviderCommand, CustomEmailProviderEvent, CustomEmailProviderHandler, };
// namespace CustomPhoneProvider
export type { CustomPhoneProviderAPI, CustomPhoneProviderCommand, CustomPhoneProviderEvent, CustomPhoneProviderHandler, };
// namespace CustomTokenExchange
export type { ActorParams, ConnectionUserAttributes, CustomTokenExchangeAPI, CustomTokenExchangeCommand, CustomTokenExchangeEvent, CustomTokenExchangeHandler, SetUserByConnectionOptions, };
// namespace EventStream
export type { EventStreamAPI, EventStreamCommand, EventStreamEvent, EventStreamHandler, };
// namespace PasswordResetPostChallenge
export type { PasswordResetPostChallengeAPI, PasswordResetPostChallengeCommand, PasswordResetPostChallengeEvent, PasswordResetPostChallengeHandler, };
// namespace PostChangePassword
export type { PostChangePasswordAPI, PostChangePasswordCommand, PostChangePasswordEvent, PostChangePasswordHandler, };
// namespace PostLogin
export type { AuthenticationAPI, EffectiveRole, EnableMultifactorOptions, EnrollmentFactor, EventSession, GroupList, GroupsAPI, ListParams, LoginRedirectAPI, MultifactorAPI, MultifactorProvider, PostLoginAPI, PostLoginCommand, PostLoginEvent, PostLoginHandler, RefreshTokenAPI, RoleList, RolesAPI, SamlAttributeValue, SamlResponseAPI, SessionAPI, SessionCookieMode, UserGroup, };
// namespace PostUserRegistration
export type { PostUserRegistrationAPI, PostUserRegistrationCommand, PostUserRegistrationEvent, PostUserRegistrationHandler, };
// namespace PreUserRegistration
export type { PreUserRegistrationAPI, PreUserRegistrationCommand, PreUserRegistrationEvent, PreUserRegistrationHandler, };
// namespace SendPhoneMessage
export type { SendPhoneMessageAPI, SendPhoneMessageCommand, SendPhoneMessageEvent, SendPhoneMessageHandler, };
export type { AccessTokenClaimsAPI };
export type { EventAuthenticationMethod };
export type { CacheAPI, CacheEntry, CacheErrorCode, CacheSetOptions, CacheWriteResult, };
export type { ChallengeAPI, ChallengeFactor };
export type { Command };
export type { EventBrandedTenant, EventClient, EventConnection, EventCustomDomain, EventOrganization, EventTenant, };
export type { Handler };
export type { EventEnrolledFactor, EventIdentity };
export type { Dictionary, JsonValue };
export type { NotificationAPI };
export type { EventPrompt, PromptAPI };
export type { EncodeTokenOptions, RedirectAPI, ValidateTokenOptions, };
export type { BasicRequest, GeoIp };
export { RESERVED_CLAIM_NAMES };
export type { CorrelatedTransaction, RegistrationTransaction, ResponseMode, TransactionProtocol, };
export type { EventUser };
export type { UserMetadataAPI };
export type { ValidationAPI };
export { type AuthorableTriggerId, TRIGGER_AUTHORING, type TriggerAuthoring };

// password-reset-post-challenge/api.d.ts
/**
 * The `api` of `onExecutePostChallenge` and `onContinuePostChallenge`. Methods that return nothing to
 * wait for return `api`.
 */
export interface PasswordResetPostChallengeAPI {
    readonly access: {
        /**
         * Refuses the reset: the password stays as it is. The function runs to its end, later actions do
         * not run. The first call stands.
         *
         * @param reason Shown to the person; never put secrets here.
         */
        deny(reason: string): PasswordResetPostChallengeAPI;
    };
    readonly authentication: ChallengeAPI<PasswordResetPostChallengeAPI>;
    readonly cache: CacheAPI;
    readonly prompt: PromptAPI<PasswordResetPostChallengeAPI>;
    readonly redirect: RedirectAPI<PasswordResetPostChallengeAPI>;
    readonly transaction: {
        /**
         * Where the browser goes when the password has been changed. The last call counts.
         *
         * @param url Absolute, `https:` or `http:`. With `query` at most 8 kB.
         * @param options Members of `query` are text.
         */
        setResultUrl(url: string, options?: {
            readonly query?: {
                readonly [name: string]: string;
            };
        }): PasswordResetPostChallengeAPI;
    };
}

// password-reset-post-challenge/commands.d.ts
/** What the `api` of this trigger records. */
export type PasswordResetPostChallengeCommand = Command<'access.deny', readonly [reason: string]> | Command<'transaction.setResultUrl', readonly [url: string, options: {
    readonly query: {
        readonly [name: string]: string;
    };
}]> | ChallengeCommand | PromptCommand | RedirectCommand;

// password-reset-post-challenge/event.d.ts
/**
 * What `onExecutePostChallenge` and `onContinuePostChallenge` get to know. A private copy: writing to
 * it changes nothing.
 */
export interface PasswordResetPostChallengeEvent {
    readonly authentication: RequestAuthentication & {
        /** What the person has shown so far: the link that was sent to them, then further challenges. */
        readonly methods: EventAuthenticationMethod[];
        readonly [member: string]: unknown;
    };
    readonly authorization: {
        /** Names of the person's own roles, without those of groups. */
        readonly roles: string[];
    };
    /** The application that the person came from; the tenant's own pages where they came from none. */
    readonly client: EventClient;
    /** The database that holds the password. */
    readonly connection: EventConnection;
    readonly custom_domain?: EventCustomDomain;
    readonly organization?: EventOrganization;
    readonly prompt?: EventPrompt;
    /** In `onContinuePostChallenge` the request that came back to `/continue`. */
    readonly request: BasicRequest & {
        /** Body, without passwords and codes. */
        readonly body: Dictionary;
        /** Query, without the ticket. */
        readonly query: Dictionary;
    };
    readonly secrets: EventSecrets;
    readonly stats: {
        /** Logins until now. */
        readonly logins_count: number;
    };
    readonly tenant: EventTenant;
    readonly transaction: CorrelatedTransaction & {
        /** Language of the pages. */
        readonly locale: string;
        readonly login_hint?: string;
        /** The application's own `state`. */
        readonly state?: string;
        readonly ui_locales: string[];
        readonly [member: string]: unknown;
    };
    /** The person whose password is to be reset. */
    readonly user: EventUser & {
        readonly identities: EventIdentity[];
        readonly enrolledFactors?: EventEnrolledFactor[];
        readonly [member: string]: unknown;
    };
}

// password-reset-post-challenge/index.d.ts
export type { PasswordResetPostChallengeAPI };
export type { PasswordResetPostChallengeCommand };
export type { PasswordResetPostChallengeEvent, PasswordResetPostChallengeEvent as Event, };
/** `exports.onExecutePostChallenge` and `exports.onContinuePostChallenge`. */
export type PasswordResetPostChallengeHandler = Handler<PasswordResetPostChallengeEvent, PasswordResetPostChallengeAPI>;

// post-change-password/api.d.ts
/** The `api` of `onExecutePostChangePassword`, which runs behind the change. */
export interface PostChangePasswordAPI {
    readonly cache: CacheAPI;
}

// post-change-password/event.d.ts
/** What `onExecutePostChangePassword` gets to know. A private copy: writing to it changes nothing. */
export interface PostChangePasswordEvent {
    readonly authentication?: RequestAuthentication;
    /** The database that the person's password is in. */
    readonly connection: EventConnection;
    readonly custom_domain?: EventCustomDomain;
    /** The request that changed the password: the person's own, or one of the management API. */
    readonly request: BasicRequest;
    readonly secrets: EventSecrets;
    readonly tenant: EventTenant;
    readonly transaction?: CorrelatedTransaction;
    /** The person whose password was changed; `last_password_reset` is the time of this change. */
    readonly user: Partial<Pick<EventUser, 'user_id' | 'email' | 'email_verified' | 'username' | 'phone_number' | 'phone_verified' | 'last_password_reset'>>;
}

// post-change-password/index.d.ts
export type { PostChangePasswordAPI };
export type { PostChangePasswordEvent, PostChangePasswordEvent as Event };
/** What the `api` of this trigger records: nothing, its one group only reads and caches. */
export type PostChangePasswordCommand = never;
/** `exports.onExecutePostChangePassword`. */
export type PostChangePasswordHandler = Handler<PostChangePasswordEvent, PostChangePasswordAPI>;

// post-login/api/api.d.ts
/**
 * The `api` of `onExecutePostLogin` and `onContinuePostLogin`. Methods that return nothing to wait
 * for return `api`. Calls after the handler has settled are ignored and logged.
 */
export interface PostLoginAPI {
    readonly access: {
        /**
         * Refuses the login: no tokens are issued. The function runs to its end, its metadata is
         * written, later actions do not run. The first call stands.
         *
         * @param reason Shown to the application as `error_description`; never put secrets here.
         */
        deny(reason: string): PostLoginAPI;
        /**
         * Older form.
         *
         * @param code Becomes `error` of the answer.
         */
        deny(code: string, reason: string): PostLoginAPI;
    };
    readonly accessToken: AccessTokenClaimsAPI<PostLoginAPI> & {
        /** Adds a scope to the access token; the answer's `scope` follows. */
        addScope(scope: string): PostLoginAPI;
        /** Removes a scope from the access token; the answer's `scope` follows. */
        removeScope(scope: string): PostLoginAPI;
    };
    readonly authentication: AuthenticationAPI<PostLoginAPI>;
    readonly cache: CacheAPI;
    readonly groups: GroupsAPI;
    readonly idToken: {
        /** Adds a claim to the ID token; keys and limits as for the access token. */
        setCustomClaim(key: string, value: unknown): PostLoginAPI;
    };
    readonly multifactor: MultifactorAPI<PostLoginAPI>;
    readonly prompt: PromptAPI<PostLoginAPI>;
    readonly redirect: LoginRedirectAPI<PostLoginAPI>;
    readonly refreshToken: RefreshTokenAPI<PostLoginAPI>;
    readonly roles: RolesAPI;
    readonly rules: {
        /** False: the extension format that came before actions does not exist here. */
        wasExecuted(ruleId: string): boolean;
    };
    readonly samlResponse: SamlResponseAPI<PostLoginAPI>;
    readonly session: SessionAPI<PostLoginAPI>;
    readonly transaction: {
        /**
         * Shares a value with all actions of the transaction, over redirects too; it is in
         * `event.transaction.metadata` at once.
         *
         * @param key At most 64 characters.
         * @param value At most 8 kB, 16 kB for all together; `null` removes. Numbers are safe integers.
         */
        setMetadata(key: string, value: string | number | boolean | null): PostLoginAPI;
    };
    readonly user: UserMetadataAPI<PostLoginAPI>;
    readonly validation: ValidationAPI<PostLoginAPI>;
}

// post-login/api/authentication.d.ts
/** A factor that the person is to set up. */
export interface EnrollmentFactor {
    readonly type: 'otp' | 'phone' | 'push' | 'push-notification' | 'webauthn-platform' | 'webauthn-roaming' | 'recovery-code';
    /** As of `ChallengeFactor`. */
    readonly options?: {
        readonly [option: string]: unknown;
    };
}
/** Factors, step by step, and who the person is. */
export interface AuthenticationAPI<Api> extends ChallengeAPI<Api> {
    /**
     * Suspends the login after this action until the person has set up the factor, or one of the
     * `additionalFactors` that they may choose instead (at most 20). Factors that the tenant has not
     * enabled are passed over; when none is left the login fails.
     */
    enrollWith(factor: EnrollmentFactor, options?: {
        readonly additionalFactors?: readonly EnrollmentFactor[];
    }): Api;
    /**
     * Like `enrollWith`; the person chooses among the factors first.
     *
     * @param factors 1 to 20.
     */
    enrollWithAny(factors: readonly EnrollmentFactor[]): Api;
    /**
     * Notes that the person completed a factor at an external provider. Only in
     * `onContinuePostLogin`; elsewhere it throws.
     *
     * @param providerUrl Becomes the `name` in `event.authentication.methods`.
     */
    recordMethod(providerUrl: string): Api;
    /**
     * Goes on as another user, among whose identities is the one that authenticated; otherwise the
     * login fails. At most once per transaction, a second call throws.
     */
    setPrimaryUser(primaryUserId: string): Api;
}

// post-login/api/membership.d.ts
/** A slice of a list that is too long for one answer. */
export interface ListParams {
    /** How many entries at most: 1 to 100, 50 by default. */
    readonly take?: number;
    /** Where to go on: the `next` of the slice before. */
    readonly from?: string;
}
/** A role of the person. */
export interface EffectiveRole {
    /** `rol_` and 16 letters and digits. */
    readonly id: string;
    readonly name: string;
    readonly description?: string;
}
/** Roles, as they are when the action asks. */
export interface RoleList {
    readonly roles: readonly EffectiveRole[];
    /** Give it as `from` to get more; absent at the end of the list. */
    readonly next?: string;
}
/** A group of the person. */
export interface UserGroup {
    /** `grp_` and 22 letters and digits. */
    readonly id: string;
    readonly name: string;
}
/** Groups, as they are when the action asks. */
export interface GroupList {
    readonly groups: readonly UserGroup[];
    /** Give it as `from` to get more; absent at the end of the list. */
    readonly next?: string;
}
/** The person's groups, read when the action asks. */
export interface GroupsAPI {
    /** In order of name. */
    getUserGroups(params?: ListParams): Promise<GroupList>;
    /**
     * Whether the person is in at least one of the groups.
     *
     * @param groups Ids or names of groups, compared exactly; at most 100.
     */
    hasGroupMembership(groups: readonly string[]): Promise<boolean>;
}
/**
 * The person's roles, own ones and those of the person's groups, read when the action asks. Names of own
 * ones alone are in `event.authorization.roles`.
 */
export interface RolesAPI {
    /** In order of name. */
    getUserEffectiveRoles(params?: ListParams): Promise<RoleList>;
    /**
     * Those of the person's roles that have one of the ids.
     *
     * @param ids At most 100.
     */
    getUserEffectiveRolesByIds(ids: readonly string[]): Promise<RoleList>;
    /**
     * Those of the person's roles that have one of the names, compared exactly.
     *
     * @param names At most 100.
     */
    getUserEffectiveRolesByNames(names: readonly string[]): Promise<RoleList>;
}

// post-login/api/multifactor.d.ts
/** Second factors that can be asked for by provider. */
export type MultifactorProvider = 'none' | 'any' | 'guardian' | 'google-authenticator' | 'duo';
/** How a second factor is asked for. */
export interface EnableMultifactorOptions {
    /** Offers to spare the person the second factor in this browser for 30 days. Default false. */
    readonly allowRememberBrowser?: boolean;
    /** Access to the person's account at Duo, a service that this system does not reach: checked, not used. */
    readonly providerOptions?: {
        readonly host: string;
        readonly ikey: string;
        readonly skey: string;
        readonly username?: string;
    };
}
/** Second factors by provider. */
export interface MultifactorAPI<Api> {
    /**
     * Asks for a second factor after all actions have run. The last call counts; `none` lifts what an
     * earlier one asked for.
     */
    enable(provider: MultifactorProvider, options?: EnableMultifactorOptions): Api;
}

// post-login/api/redirect.d.ts
/** Sends the person to another site in the middle of the login. */
export interface LoginRedirectAPI<Api> extends RedirectAPI<Api> {
    /** False where no browser can be sent: `prompt=none`, refresh tokens, password grants. */
    canRedirect(): boolean;
}

// post-login/api/saml-response.d.ts
/** A value of an attribute in a SAML assertion. */
export type SamlAttributeValue = string | number | boolean | null | readonly (string | number | boolean)[];
/**
 * The SAML response. Applications do not log in by SAML here: arguments are checked, nothing is
 * changed, and the record says so.
 */
export interface SamlResponseAPI<Api> {
    /** Sets an attribute of the assertion; `null` removes it. */
    setAttribute(attribute: string, value: SamlAttributeValue): Api;
    setAudience(audience: string): Api;
    setRecipient(recipient: string): Api;
    setDestination(destination: string): Api;
    setIssuer(issuer: string): Api;
    setRelayState(relayState: string): Api;
    setLifetimeInSeconds(lifetimeInSeconds: number): Api;
    setCreateUpnClaim(createUpnClaim: boolean): Api;
    setPassthroughClaimsWithNoMapping(passthroughClaimsWithNoMapping: boolean): Api;
    setMapUnknownClaimsAsIs(mapUnknownClaimsAsIs: boolean): Api;
    setMapIdentities(mapIdentities: boolean): Api;
    setIncludeAttributeNameFormat(includeAttributeNameFormat: boolean): Api;
    setTypedAttributes(typedAttributes: boolean): Api;
    setNameIdentifierFormat(nameIdentifierFormat: string): Api;
    /** Claims to take the name identifier from, first match wins. */
    setNameIdentifierProbes(nameIdentifierProbes: readonly string[]): Api;
    setAuthnContextClassRef(authnContextClassRef: string): Api;
    /** Signs the response instead of the assertion. */
    setSignResponse(signResponse: boolean): Api;
    setSignatureAlgorithm(signatureAlgorithm: 'rsa-sha256' | 'rsa-sha1'): Api;
    setDigestAlgorithm(digestAlgorithm: 'sha256' | 'sha1'): Api;
    /** PEM. */
    setSigningCert(signingCert: string): Api;
    /** PEM. */
    setCert(cert: string): Api;
    /** PEM; belongs in a secret. */
    setKey(key: string): Api;
    /** PEM. */
    setEncryptionCert(encryptionCert: string): Api;
    /** PEM. */
    setEncryptionPublicKey(encryptionPublicKey: string): Api;
    setEncryptionAlgorithm(encryptionAlgorithm: 'aes256-gcm' | 'aes256-cbc'): Api;
}

// post-login/api/session.d.ts
/** Members shared by sessions and refresh tokens. */
interface TokenLifetimeAPI<Api> {
    /**
     * Ends it at this time at the latest.
     *
     * @param absolute Milliseconds since 1970. A time that has passed ends it at once.
     */
    setExpiresAt(absolute: number): Api;
    /**
     * Ends it at this time unless it is used before.
     *
     * @param inactivity Milliseconds since 1970.
     */
    setIdleExpiresAt(inactivity: number): Api;
    /**
     * Keeps a text with it; later logins see it in `event`. At most 25 keys.
     *
     * @param key At most 255 characters.
     * @param value At most 255 characters.
     */
    setMetadata(key: string, value: string): Api;
    /** Removes one text; succeeds also when there was no such key. */
    deleteMetadata(key: string): Api;
    /** Removes all texts. */
    evictMetadata(): Api;
}
/** The single sign-on session. Lifetimes can only be shortened; the earliest of several wins. */
export interface SessionAPI<Api> extends TokenLifetimeAPI<Api> {
    /**
     * Ends the session and refuses the login. Later actions do not run.
     *
     * @param reason Shown to the application as `error_description`; never put secrets here.
     * @param options `preserveRefreshTokens`: the session's refresh tokens live on. Default false.
     */
    revoke(reason: string, options?: {
        readonly preserveRefreshTokens?: boolean;
    }): Api;
    /** Whether the session's cookie outlives the browser window. The last call counts. */
    setCookieMode(mode: SessionCookieMode): Api;
}
/** The refresh token. Lifetimes can only be shortened; the earliest of several wins. */
export interface RefreshTokenAPI<Api> extends TokenLifetimeAPI<Api> {
    /**
     * Ends the refresh token and refuses the login. Later actions do not run.
     *
     * @param reason Shown to the application as `error_description`; never put secrets here.
     */
    revoke(reason: string): Api;
}
export {};

// post-login/commands.d.ts
/** What the `api` of this trigger records. */
export type PostLoginCommand = Command<'access.deny', readonly [reason: string] | readonly [code: string, reason: string]> | Command<'accessToken.addScope' | 'accessToken.removeScope', readonly [scope: string]> | Command<'accessToken.setCustomClaim' | 'idToken.setCustomClaim', readonly [name: string, value: JsonValue]> | Command<'transaction.setMetadata', readonly [key: string, value: string | number | boolean | null]> | Command<'multifactor.enable', readonly [provider: MultifactorProvider, options: {
    readonly allowRememberBrowser: boolean;
}]> | ChallengeCommand | EnrollmentCommand | IdentityCommand | PromptCommand | RedirectCommand | SessionCommand | UserMetadataCommand | ValidationCommand;
type EnrollmentCommand = Command<'authentication.enrollWith', readonly [
    factor: EnrollmentFactor,
    options: {
        readonly additionalFactors: readonly EnrollmentFactor[];
    }
]> | Command<'authentication.enrollWithAny', readonly [factors: readonly EnrollmentFactor[]]>;
type IdentityCommand = Command<'authentication.recordMethod', readonly [providerUrl: string]> | Command<'authentication.setPrimaryUser', readonly [primaryUserId: string]>;
type SessionCommand = Command<'session.setExpiresAt' | 'session.setIdleExpiresAt' | 'refreshToken.setExpiresAt' | 'refreshToken.setIdleExpiresAt', readonly [epochMs: number]> | Command<'session.setMetadata' | 'refreshToken.setMetadata', readonly [key: string, value: string]> | Command<'session.deleteMetadata' | 'refreshToken.deleteMetadata', readonly [key: string]> | Command<'session.evictMetadata' | 'refreshToken.evictMetadata', readonly []> | Command<'session.setCookieMode', readonly [mode: SessionCookieMode]> | Command<'session.revoke', readonly [reason: string, options: {
    readonly preserveRefreshTokens: boolean;
}]> | Command<'refreshToken.revoke', readonly [reason: string]>;
export {};

// post-login/event/authentication.d.ts
/** How sure a risk assessment is that the person is who they claim to be. */
type RiskConfidence = 'low' | 'medium' | 'high' | 'neutral';
/** How the person proved who they are. */
export interface EventAuthentication {
    /** In order of completion; factors of earlier logins of the same session are included. */
    readonly methods: EventAuthenticationMethod[];
    readonly riskAssessment?: EventRiskAssessment;
}
/** Signals about the login, each with a confidence. */
interface EventRiskAssessment {
    /** Lowest of the assessments. */
    readonly confidence: RiskConfidence;
    readonly version: string;
    readonly assessments: {
        /** Whether a verified software agent is at work. */
        readonly AgentDetection?: {
            readonly code: 'unknown' | 'verified_agent';
            readonly confidence: RiskConfidence;
            readonly details?: {
                readonly provider?: string;
            };
        };
        /** Whether the person can have come here since the last login. */
        readonly ImpossibleTravel?: {
            readonly code: ImpossibleTravelCode;
            readonly confidence: RiskConfidence;
        };
        /** Whether the device is one of the person's. */
        readonly NewDevice?: {
            readonly code: NewDeviceCode;
            readonly confidence: RiskConfidence;
            readonly details?: {
                readonly device?: 'known' | 'unknown';
                readonly useragent?: 'known' | 'unknown';
            };
        };
        /** Whether the address has a bad reputation. */
        readonly UntrustedIP?: {
            readonly code: UntrustedIpCode;
            readonly confidence: RiskConfidence;
            readonly details?: {
                readonly category?: string;
                readonly ip?: string;
                readonly matches?: string;
                readonly source?: string;
            };
        };
    };
    readonly supplemental?: RiskSupplement;
}
type ImpossibleTravelCode = 'minimal_travel_from_last_login' | 'travel_from_last_login' | 'substantial_travel_from_last_login' | 'impossible_travel_from_last_login' | 'invalid_travel' | 'missing_geoip' | 'anonymous_proxy' | 'unknown_location' | 'initial_login' | 'location_history_not_found' | 'assessment_not_available';
type NewDeviceCode = 'initial_login' | 'assessment_not_available' | 'match' | 'partial_match' | 'no_match' | 'unknown_device' | 'no_device_history';
type UntrustedIpCode = 'assessment_not_available' | 'not_found_on_deny_list' | 'found_on_deny_list' | 'invalid_ip_address';
export {};

// post-login/event/event.d.ts
/**
 * What `onExecutePostLogin` and `onContinuePostLogin` get to know. A private copy: writing to it
 * changes nothing for anybody else.
 */
export interface PostLoginEvent {
    readonly agent?: EventAgent;
    readonly authentication?: EventAuthentication;
    readonly authorization?: {
        /** Names of the person's own roles, without those of groups. */
        readonly roles: string[];
    };
    /** The application that the person logs in to. */
    readonly client: EventClient & {
        readonly refresh_token?: {
            /** Which APIs a refresh token may be exchanged for. */
            readonly policies?: {
                readonly audience?: string;
                readonly scope?: string[];
            }[];
        };
    };
    readonly connection: EventConnection;
    readonly custom_domain?: EventCustomDomain;
    readonly organization?: EventOrganization;
    readonly prompt?: EventPrompt;
    readonly refresh_token?: EventRefreshToken;
    /** In `onContinuePostLogin` the request that came back to `/continue`. */
    readonly request: BasicRequest & {
        /** Autonomous system number of the client's network. */
        readonly asn?: string;
        /** Body, without passwords, codes and client secrets. */
        readonly body: Dictionary;
        readonly query: Dictionary;
    };
    readonly resource_server?: EventResourceServer;
    readonly secrets: EventSecrets;
    readonly security_context?: EventSecurityContext;
    readonly session?: EventSession;
    readonly session_transfer_token?: EventSessionTransferToken;
    readonly stats: {
        /** This login included. */
        readonly logins_count: number;
    };
    readonly tenant: EventTenant;
    readonly transaction?: EventTransaction;
    readonly user: PostLoginUser;
}

// post-login/event/session.d.ts
/** From where a session or refresh token was used, first and last. */
interface EventDevice {
    readonly initial_asn?: string;
    readonly initial_ip?: string;
    readonly initial_user_agent?: string;
    readonly last_asn?: string;
    readonly last_ip?: string;
    readonly last_user_agent?: string;
}
/** Whether the session's cookie outlives the browser window. */
export type SessionCookieMode = 'persistent' | 'non-persistent';
/** The single sign-on session that the login belongs to. Times are ISO 8601. */
export interface EventSession {
    readonly id: string;
    /** Who acts for the person, when the session was started by somebody else. */
    readonly actor?: {
        readonly sub: string;
        readonly [member: string]: unknown;
    };
    readonly authenticated_at?: string;
    /** Applications that used the session. */
    readonly clients?: {
        readonly client_id: string;
    }[];
    readonly cookie?: {
        readonly mode: SessionCookieMode;
    };
    readonly created_at?: string;
    readonly device?: EventDevice;
    readonly expires_at?: string;
    readonly idle_expires_at?: string;
    readonly last_interacted_at?: string;
    readonly metadata?: Dictionary;
    /** Present when a native application handed its login over to the browser. */
    readonly session_transfer?: {
        readonly parent_refresh_token?: {
            readonly id?: string;
            readonly metadata?: Dictionary;
        };
    };
    readonly updated_at?: string;
    readonly user_id?: string;
}
/** The refresh token that is exchanged, or issued by this login. Times are ISO 8601. */
export interface EventRefreshToken {
    readonly id: string;
    readonly client_id?: string;
    readonly created_at: string;
    readonly device?: EventDevice;
    readonly expires_at?: string;
    readonly idle_expires_at?: string;
    readonly last_exchanged_at?: string;
    readonly metadata?: Dictionary;
    readonly resource_servers?: {
        readonly audience: string;
        readonly scopes: string;
    }[];
    readonly rotating?: boolean;
    readonly session_id?: string;
    readonly session_transfer?: {
        readonly parent_refresh_token?: {
            readonly id?: string;
        };
    };
    readonly user_id?: string;
}
/** The token with which a native application hands its login over to the browser. */
export interface EventSessionTransferToken {
    readonly client_id: string;
    /** The request that issued the token. */
    readonly request: {
        readonly asn?: string;
        readonly geoip?: GeoIp;
        readonly ip: string;
        readonly user_agent?: string;
    };
    readonly scope: string[];
}
export {};

// post-login/event/transaction.d.ts
/** A link in a chain of delegation: `act` names on whose behalf this actor acts. */
interface EventActor {
    readonly sub: string;
    readonly act?: EventActor;
    readonly [member: string]: unknown;
}
/** What the application asked for. */
export interface EventTransaction {
    /** The same before and after a redirect. */
    readonly id?: string;
    readonly acr_values?: string[];
    readonly actor?: EventActor;
    readonly actor_token_type?: string;
    readonly correlation_id?: string;
    readonly linking_id?: string;
    /** Language of the pages, worked out from the browser's wishes and the tenant's languages. */
    readonly locale?: string;
    readonly login_hint?: string;
    /** What actions shared with `api.transaction.setMetadata` so far. */
    readonly metadata: {
        [key: string]: string | number | boolean;
    };
    readonly prompt?: string[];
    readonly protocol?: TransactionProtocol;
    readonly redirect_uri?: string;
    /** Rich authorization requests (RFC 9396). */
    readonly requested_authorization_details?: ({
        readonly type: string;
    } & Dictionary)[];
    /** Scopes of the request, with what earlier actions added and removed. */
    readonly requested_scopes?: string[];
    readonly response_mode?: ResponseMode;
    readonly response_type?: string[];
    /** The application's own `state`. */
    readonly state?: string;
    readonly subject_token_type?: string;
    readonly ui_locales?: string[];
    readonly [member: string]: unknown;
}
export {};

// post-login/event/user.d.ts
/** The person who logs in. */
export interface PostLoginUser extends EventUser {
    readonly identities: EventIdentity[];
    readonly enrolledFactors?: EventEnrolledFactor[];
    /** Providers of second factors that the person is enrolled with. */
    readonly multifactor?: string[];
    readonly [member: string]: unknown;
}

// post-login/index.d.ts
export type { PostLoginAPI };
export type { AuthenticationAPI, EnrollmentFactor };
export type { EffectiveRole, GroupList, GroupsAPI, ListParams, RoleList, RolesAPI, UserGroup, };
export type { EnableMultifactorOptions, MultifactorAPI, MultifactorProvider, };
export type { LoginRedirectAPI };
export type { SamlAttributeValue, SamlResponseAPI };
export type { RefreshTokenAPI, SessionAPI };
export type { PostLoginCommand };
export type { PostLoginEvent, PostLoginEvent as Event };
export type { EventSession, SessionCookieMode };
/** `exports.onExecutePostLogin` and `exports.onContinuePostLogin`. */
export type PostLoginHandler = Handler<PostLoginEvent, PostLoginAPI>;

// post-user-registration/api.d.ts
/** The `api` of `onExecutePostUserRegistration`, which runs behind the registration. */
export interface PostUserRegistrationAPI {
    readonly cache: CacheAPI;
}

// post-user-registration/event.d.ts
/** What `onExecutePostUserRegistration` gets to know. A private copy: writing to it changes nothing. */
export interface PostUserRegistrationEvent {
    readonly authentication?: RequestAuthentication;
    readonly connection: EventConnection;
    readonly custom_domain?: EventCustomDomain;
    readonly request?: BasicRequest;
    readonly secrets: EventSecrets;
    readonly security_context?: EventSecurityContext;
    readonly tenant: EventTenant;
    readonly transaction?: RegistrationTransaction;
    /** The person who has just been added. */
    readonly user: EventUser & {
        readonly [member: string]: unknown;
    };
}

// post-user-registration/index.d.ts
export type { PostUserRegistrationAPI };
export type { PostUserRegistrationEvent, PostUserRegistrationEvent as Event };
/** What the `api` of this trigger records: nothing, its one group only reads and caches. */
export type PostUserRegistrationCommand = never;
/** `exports.onExecutePostUserRegistration`. */
export type PostUserRegistrationHandler = Handler<PostUserRegistrationEvent, PostUserRegistrationAPI>;

// pre-user-registration/api.d.ts
/** The `api` of `onExecutePreUserRegistration`. Methods that return nothing to wait for return `api`. */
export interface PreUserRegistrationAPI {
    readonly access: {
        /**
         * Refuses the registration. The function runs to its end, later actions do not run.
         * The first call stands.
         *
         * @param reason For the tenant log only.
         * @param userMessage Shown to the person.
         */
        deny(reason: string, userMessage: string): PreUserRegistrationAPI;
    };
    readonly cache: CacheAPI;
    /** Metadata that the new user starts with. */
    readonly user: UserMetadataAPI<PreUserRegistrationAPI>;
    readonly validation: ValidationAPI<PreUserRegistrationAPI>;
}

// pre-user-registration/commands.d.ts
/** What the `api` of this trigger records. */
export type PreUserRegistrationCommand = Command<'access.deny', readonly [reason: string, userMessage: string]> | UserMetadataCommand | ValidationCommand;

// pre-user-registration/event.d.ts
/** What `onExecutePreUserRegistration` gets to know. A private copy: writing to it changes nothing. */
export interface PreUserRegistrationEvent {
    readonly authentication?: RequestAuthentication;
    /** Absent when the management API creates the user. */
    readonly client?: EventClient;
    readonly connection: EventConnection;
    readonly custom_domain?: EventCustomDomain;
    readonly request: BasicRequest & {
        /** Body of the request, without the password. */
        readonly body: Dictionary;
    };
    readonly secrets: EventSecrets;
    readonly security_context?: EventSecurityContext;
    readonly tenant: EventTenant;
    readonly transaction?: RegistrationTransaction & {
        readonly correlation_id?: string;
    };
    /** The person as entered; there is no id yet. */
    readonly user: {
        readonly email?: string;
        readonly username?: string;
        readonly phone_number?: string;
        readonly name?: string;
        readonly nickname?: string;
        readonly given_name?: string;
        readonly family_name?: string;
        readonly picture?: string;
        readonly app_metadata?: Dictionary;
        readonly user_metadata?: Dictionary;
    };
}

// pre-user-registration/index.d.ts
export type { PreUserRegistrationAPI };
export type { PreUserRegistrationCommand };
export type { PreUserRegistrationEvent, PreUserRegistrationEvent as Event };
/** `exports.onExecutePreUserRegistration`. */
export type PreUserRegistrationHandler = Handler<PreUserRegistrationEvent, PreUserRegistrationAPI>;

// send-phone-message/api.d.ts
/**
 * The `api` of `onExecuteSendPhoneMessage`. The message counts as sent when the handler ends without
 * an error; an error fails the enrolment or the challenge.
 */
export interface SendPhoneMessageAPI {
    readonly cache: CacheAPI;
}

// send-phone-message/event.d.ts
/** What `onExecuteSendPhoneMessage` gets to know. A private copy: writing to it changes nothing. */
export interface SendPhoneMessageEvent {
    /** The application that the person logs in to; absent when none is involved. */
    readonly client?: EventClient;
    readonly custom_domain?: EventCustomDomain;
    readonly message_options: {
        /** Whether the person sets the factor up, or is challenged with it. */
        readonly action: 'enrollment' | 'second-factor-authentication';
        /** The one-time code. Keep it out of logs. */
        readonly code: string;
        readonly message_type: 'sms' | 'voice';
        /** Phone number, E.164: `+41445550100`. */
        readonly recipient: string;
        /** The whole message, with the code. */
        readonly text: string;
    };
    readonly request: BasicRequest;
    readonly secrets: EventSecrets;
    readonly security_context?: EventSecurityContext;
    readonly tenant: EventTenant;
    readonly transaction?: CorrelatedTransaction;
    readonly user: EventUser & {
        readonly identities?: EventIdentity[];
        readonly [member: string]: unknown;
    };
}

// send-phone-message/index.d.ts
export type { SendPhoneMessageAPI };
export type { SendPhoneMessageEvent, SendPhoneMessageEvent as Event };
/** What the `api` of this trigger records: nothing, its one group only reads and caches. */
export type SendPhoneMessageCommand = never;
/** `exports.onExecuteSendPhoneMessage`. */
export type SendPhoneMessageHandler = Handler<SendPhoneMessageEvent, SendPhoneMessageAPI>;

// shared/access-token-api.d.ts
/** Claims of the access token that the flow ends in. */
export interface AccessTokenClaimsAPI<Api> {
    /**
     * Adds a claim. A key of `RESERVED_CLAIM_NAMES` is not added; the execution record says so.
     * Prefer a key that is a URL of yours: `https://example.com/plan`.
     *
     * @param value Any JSON value. At most 100 kB for all claims of both tokens together.
     */
    setCustomClaim(key: string, value: unknown): Api;
}

// shared/authentication-method.d.ts
/** A factor that the person completed in this session. */
export interface EventAuthenticationMethod {
    /**
     * `pwd`, `federated`, `passkey`, `sms`, `email`, `mfa`, ..., or the URL of a provider that an
     * action recorded.
     */
    readonly name: string;
    /** ISO 8601. */
    readonly timestamp: string;
    /** Kind of second factor, with `name: 'mfa'`. */
    readonly type?: string;
}

// shared/cache-api.d.ts
/** A value that was found in the cache. */
export interface CacheEntry {
    readonly value: string;
    /** Epoch milliseconds after which it is gone. */
    readonly expires_at: number;
}
/** Whether the cache took a change. */
export type CacheWriteResult = {
    readonly type: 'success';
}
/** `code` is one of `CacheErrorCode`. */
 | {
    readonly type: 'error';
    readonly code: CacheErrorCode;
};
/** Why the cache refused a change. */
export type CacheErrorCode = 
/** The key is longer than 64 bytes. */
'key_too_long'
/** The value is longer than 4 kB. */
 | 'value_too_long'
/** `ttl` or `expires_at` is not in the future. */
 | 'already_expired'
/** The handler had already finished. */
 | 'handler_finished';
/** How long the cache may keep a value. With both members given, the earlier end counts. */
export interface CacheSetOptions {
    /** Epoch milliseconds. At most 24 hours ahead. */
    readonly expires_at?: number;
    /** Milliseconds from now. Default 15 minutes, at most 24 hours. */
    readonly ttl?: number;
}
/**
 * Keeps small texts between runs of the same trigger, e.g. an access token of a back end.
 *
 * At most 20 entries and 8 kB in all: the oldest make room. An entry can vanish before its time,
 * so always be ready to compute it again.
 */
export interface CacheAPI {
    /** Resolves to `undefined` when the key is unknown or its time is over. */
    get(key: string): Promise<CacheEntry | undefined>;
    /**
     * @param key At most 64 bytes.
     * @param value At most 4 kB.
     */
    set(key: string, value: string, options?: CacheSetOptions): Promise<CacheWriteResult>;
    /** Succeeds also when there was no such key. */
    delete(key: string): Promise<CacheWriteResult>;
}

// shared/challenge-api.d.ts
/** A factor that the person is to be challenged with. */
export interface ChallengeFactor {
    readonly type: 'otp' | 'email' | 'phone' | 'push-notification' | 'webauthn-platform' | 'webauthn-roaming' | 'recovery-code';
    /**
     * `phone`: `{ preferredMethod: 'sms' | 'voice' | 'both' }`. `push-notification`:
     * `{ otpFallback: boolean }`. The others have none. At most 1 kB.
     */
    readonly options?: {
        readonly [option: string]: unknown;
    };
}
/**
 * Challenges with factors that the person has set up. Factors that the tenant has not enabled or the
 * person has not set up are passed over; when none is left the flow fails.
 *
 * Where no browser can be had (`prompt=none`, refresh tokens, password grants) the flow ends in
 * `interaction_required`. The first call that suspends stands; the record names those that came too
 * late.
 */
export interface ChallengeAPI<Api> {
    /**
     * Suspends the flow after this action until the person has passed the factor, or one of the
     * `additionalFactors` that they may choose instead (at most 20).
     */
    challengeWith(factor: ChallengeFactor, options?: {
        readonly additionalFactors?: readonly ChallengeFactor[];
    }): Api;
    /**
     * Like `challengeWith`; the person chooses among the factors first.
     *
     * @param factors 1 to 20.
     */
    challengeWithAny(factors: readonly ChallengeFactor[]): Api;
}

// shared/commands.d.ts
/**
 * One call that `api` recorded: the method, and its arguments with defaults filled in. Of several
 * names it makes a union with a member for each.
 */
export type Command<Method extends string, Args extends readonly unknown[]> = Method extends unknown ? {
    readonly method: Method;
    readonly args: Args;
} : never;
/** `api.user`. */
export type UserMetadataCommand = Command<'user.setAppMetadata' | 'user.setUserMetadata', readonly [key: string, value: JsonValue]>;
/** `api.authentication.challengeWith...`. */
export type ChallengeCommand = Command<'authentication.challengeWith', readonly [
    factor: ChallengeFactor,
    options: {
        readonly additionalFactors: readonly ChallengeFactor[];
    }
]> | Command<'authentication.challengeWithAny', readonly [factors: readonly ChallengeFactor[]]>;
/** `api.redirect.sendUserTo`. */
export type RedirectCommand = Command<'redirect.sendUserTo', readonly [url: string, options: {
    readonly query: {
        readonly [name: string]: string;
    };
}]>;
/** `api.prompt.render`. */
export type PromptCommand = Command<'prompt.render', readonly [
    promptId: string,
    promptOptions: {
        readonly fields: {
            readonly [field: string]: JsonValue;
        };
        readonly vars: {
            readonly [variable: string]: JsonValue;
        };
    }
]>;
/** `api.notification`. */
export type NotificationCommand = Command<'notification.drop' | 'notification.retry', readonly [reason: string]>;
/** `api.validation.error`. */
export type ValidationCommand = Command<'validation.error', readonly [code: string, message: string]>;

// shared/context.d.ts
/** The tenant in which the flow runs. */
export interface EventTenant {
    /** Name of the tenant, e.g. `acme`. */
    readonly id: string;
}
/** The tenant as messages to people need it: with what its settings say about itself. */
export interface EventBrandedTenant extends EventTenant {
    /** What people know the tenant as. */
    readonly friendly_name?: string;
    /** Address of the tenant's own site. */
    readonly home_url?: string;
    readonly logo_url?: string;
    readonly support_email?: string;
    readonly support_url?: string;
}
/** The application that started the flow. */
export interface EventClient {
    readonly client_id: string;
    /** Name of the application in the dashboard. */
    readonly name: string;
    /** The application's own key-value pairs. Never its secret. */
    readonly metadata: {
        [key: string]: string;
    };
}
/** The source of users that the flow uses. */
export interface EventConnection {
    /** `con_` and 16 letters and digits. */
    readonly id: string;
    readonly name: string;
    /** Kind of connection; `auth0` is a database of this tenant. */
    readonly strategy: string;
    /** The connection's own key-value pairs. */
    readonly metadata?: {
        [key: string]: string;
    };
}
/** The organization that the person logs in to, or the machine acts for. */
export interface EventOrganization {
    readonly id: string;
    readonly name: string;
    readonly display_name: string;
    readonly metadata: {
        [key: string]: string;
    };
    readonly [member: string]: unknown;
}
/** The custom domain that the request came in on. */
export interface EventCustomDomain {
    readonly domain: string;
    readonly domain_metadata: {
        [key: string]: string;
    };
}
/** Fingerprints of the client's TLS handshake, where the front proxy supplies them. */
export interface EventSecurityContext {
    readonly ja3?: string;
    readonly ja4?: string;
}
/** The API that an access token is requested for. */
export interface EventResourceServer {
    /** The `audience`, e.g. `https://api.example.com/`. */
    readonly identifier: string;
}
/** A software agent on whose behalf tokens are requested. */
export interface EventAgent {
    readonly agent_id: string;
    readonly name: string;
    readonly agent_metadata: Dictionary;
}
/** The secrets of the running action, by name; no action sees those of another. */
export type EventSecrets = {
    readonly [name: string]: string;
};

// shared/handler.d.ts
/** What an action exports for a trigger. Its promise is awaited; what it resolves to is ignored. */
export type Handler<Event, Api> = (event: Event, api: Api) => Promise<void> | void;

// shared/identity.d.ts
/** One way in which the person can log in. */
export interface EventIdentity {
    readonly connection?: string;
    /** Strategy of the connection. */
    readonly provider?: string;
    /** Id at the provider, without the `provider|` prefix. */
    readonly user_id?: string;
    readonly isSocial?: boolean;
    /** Profile of a linked account. */
    readonly profileData?: {
        [member: string]: string;
    };
    readonly [member: string]: unknown;
}
/** A second factor that the person has set up. */
export interface EventEnrolledFactor {
    /** `otp`, `phone`, `email`, `push-notification`, `webauthn-roaming`, `webauthn-platform`, ... */
    readonly type: string;
    readonly options?: {
        [option: string]: unknown;
    };
}

// shared/json.d.ts
/** A value that JSON can carry. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | {
    readonly [key: string]: JsonValue;
};
/**
 * An object whose members nobody but its author knows: metadata, bodies, query strings.
 *
 * Its values are deliberately unchecked, so that `event.user.user_metadata.theme.colour` needs no
 * cast in an action that is checked through JSDoc.
 */
export type Dictionary = {
    [key: string]: any;
};

// shared/notification-api.d.ts
/** What becomes of the message. Without a call it counts as sent. The first call stands. */
export interface NotificationAPI<Api> {
    /**
     * The message is not to be sent, now or later. Later actions do not run.
     *
     * @param reason For the tenant log.
     */
    drop(reason: string): Api;
    /**
     * The message could not be sent; the platform runs the action again after a while, a few times.
     * Later actions do not run.
     *
     * @param reason For the tenant log.
     */
    retry(reason: string): Api;
}

// shared/prompt-api.d.ts
/** What the person entered in a form that an action rendered. */
export interface EventPrompt {
    /** The form's id. */
    readonly id: string;
    /** By name of the field. */
    readonly fields?: Dictionary;
    /** What the form's own steps computed, with what the action gave it. */
    readonly vars?: Dictionary;
}
/** Forms in the middle of the flow. */
export interface PromptAPI<Api> {
    /**
     * Suspends the flow after this action and shows a form; what the person entered is in
     * `event.prompt` of this action's `onContinue...` handler.
     *
     * @param promptId The form's id.
     * @param promptOptions Values that the form starts with and can refer to. At most 16 kB together.
     */
    render(promptId: string, promptOptions?: {
        readonly fields?: {
            readonly [field: string]: unknown;
        };
        readonly vars?: {
            readonly [variable: string]: unknown;
        };
    }): Api;
}

// shared/redirect-api.d.ts
/** What a token for another site is made of. */
export interface EncodeTokenOptions {
    /** Shared with the other site; at least 1 character, better 32 random ones. */
    readonly secret: string;
    /** Members of the token; `iss`, `sub`, `ip`, `iat` and `exp` are the platform's and win. */
    readonly payload: {
        readonly [claim: string]: unknown;
    };
    /** Default 900. */
    readonly expiresInSeconds?: number;
}
/** Where the token that came back is, and what it is signed with. */
export interface ValidateTokenOptions {
    readonly secret: string;
    /** Name of the parameter in query or body of `/continue`. Default `session_token`. */
    readonly tokenParameterName?: string;
}
/** Sends the person to another site in the middle of the flow. */
export interface RedirectAPI<Api> {
    /**
     * Suspends the flow after this action. The browser goes to `url` with `query` and a `state`,
     * which the site sends back to `/continue`; this action's `onContinue...` handler goes on there.
     * Of several calls in one action the last one counts.
     *
     * @param url Absolute, `https:` or `http:`. With `query` at most 8 kB.
     * @param options Members of `query` are text; `state` is the platform's.
     */
    sendUserTo(url: string, options?: {
        readonly query?: {
            readonly [name: string]: string;
        };
    }): Api;
    /** A signed token (JWT, HS256) that tells the site who the person is: `sub`, `ip`, and `payload`. */
    encodeToken(options: EncodeTokenOptions): string;
    /**
     * Claims of the token that the site sent back. Only in the `onContinue...` handler.
     *
     * @throws When it is absent, expired, wrongly signed, or made for another `state`.
     */
    validateToken(options: ValidateTokenOptions): Dictionary;
}

// shared/request.d.ts
/** Where an address is, as far as the location database knows. All members may be absent. */
export interface GeoIp {
    readonly cityName?: string;
    /** Two letters: `AF`, `AN`, `AS`, `EU`, `NA`, `OC`, `SA`. */
    readonly continentCode?: string;
    /** ISO 3166-1 alpha-2, e.g. `CH`. */
    readonly countryCode?: string;
    /** ISO 3166-1 alpha-3, e.g. `CHE`. */
    readonly countryCode3?: string;
    /** In English. */
    readonly countryName?: string;
    /** Degrees, north positive. */
    readonly latitude?: number;
    /** Degrees, east positive. */
    readonly longitude?: number;
    /** ISO 3166-2 without the country, e.g. `ZH`. */
    readonly subdivisionCode?: string;
    readonly subdivisionName?: string;
    /** Name in the IANA database, e.g. `Europe/Zurich`. */
    readonly timeZone?: string;
}
/** The HTTP request that the flow is in; the members that every trigger has. */
export interface BasicRequest {
    /** Empty when the location is unknown. */
    readonly geoip: GeoIp;
    /** Host name that the request was sent to. */
    readonly hostname?: string;
    /** IPv4 or IPv6 address of the client. */
    readonly ip: string;
    /** First language that the browser asked for, e.g. `en`. */
    readonly language?: string;
    /** HTTP method, e.g. `GET`. */
    readonly method: string;
    /** `User-Agent` header. */
    readonly user_agent?: string;
}

// shared/reserved-claim-names.d.ts
/** Claims that belong to the protocol. An action that sets one is heard, but the claim is not added. */
export declare const RESERVED_CLAIM_NAMES: readonly ['acr', 'act', 'active', 'amr', 'at_hash', 'ath', 'attest', 'aud', 'auth_time', 'authorization_details', 'azp', 'c_hash', 'client_id', 'cnf', 'cty', 'dest', 'entitlements', 'events', 'exp', 'groups', 'gty', 'htm', 'htu', 'iat', 'internalService', 'iss', 'jcard', 'jku', 'jti', 'jwe', 'jwk', 'kid', 'may_act', 'mky', 'nbf', 'nonce', 'object_id', 'org_id', 'org_name', 'orig', 'origid', 'permissions', 'roles', 'rph', 's_hash', 'sid', 'sip_callid', 'sip_cseq_num', 'sip_date', 'sip_from_tag', 'sip_via_branch', 'sub', 'sub_jwk', 'toe', 'txn', 'typ', 'uuid', 'vot', 'vtm', 'x5t#S256'];

// shared/risk-supplement.d.ts
/** Findings that a bot and risk service in front of the tenant forwarded with the request. */
export interface RiskSupplement {
    readonly akamai?: {
        readonly akamaiBot?: AkamaiBot;
        readonly akamaiUserRisk?: AkamaiUserRisk;
        readonly [member: string]: unknown;
    };
}
/** Bot detection. */
interface AkamaiBot {
    readonly type?: string;
    readonly action?: string;
    readonly botCategory?: string[];
    readonly botScore?: number;
    readonly botScoreResponseSegment?: string;
    readonly botnetId?: string;
}
/** Account protection. */
interface AkamaiUserRisk {
    readonly action?: string;
    readonly allow?: number;
    readonly emailDomain?: string;
    readonly general?: Dictionary;
    readonly ouid?: string;
    readonly requestid?: string;
    readonly risk?: Dictionary;
    readonly score?: number;
    readonly status?: number;
    readonly trust?: Dictionary;
    readonly username?: string;
    readonly uuid?: string;
}
/** What is known about the request itself. Absent without such a service. */
export interface RequestAuthentication {
    readonly riskAssessment?: {
        readonly supplemental?: RiskSupplement;
    };
}
export {};

// shared/transaction.d.ts
/** How the application asked for tokens. */
export type TransactionProtocol = 
/** Authorization code flow in a browser. */
'oidc-basic-profile'
/** Back-channel authentication with a push message. */
 | 'oidc-ciba'
/** Back-channel authentication with a link. */
 | 'oidc-ciba-web-link' | 'oidc-implicit-profile' | 'oidc-hybrid-profile' | 'oauth2-device-code' | 'oauth2-resource-owner' | 'oauth2-resource-owner-jwt-bearer'
/** Password grant. */
 | 'oauth2-password' | 'oauth2-webauthn'
/** Exchange of a social provider's access token. */
 | 'oauth2-access-token' | 'oauth2-refresh-token' | 'oauth2-token-exchange' | 'samlp' | 'wsfed' | 'wstrust-usernamemixed';
/** How the answer of the authorization endpoint reaches the application. */
export type ResponseMode = 'query' | 'fragment' | 'form_post' | 'web_message';
/** Ties the run to other entries of the tenant log. */
export interface CorrelatedTransaction {
    /** The same in everything that one request of an application caused; absent when it sent none. */
    readonly correlation_id?: string;
}
/** What the application asked for when a person registered through it. */
export interface RegistrationTransaction {
    readonly acr_values: string[];
    /** Language of the pages, worked out from the browser's wishes and the tenant's languages. */
    readonly locale: string;
    readonly login_hint?: string;
    readonly prompt?: string[];
    readonly protocol?: TransactionProtocol;
    readonly redirect_uri?: string;
    readonly requested_scopes: string[];
    readonly response_mode?: ResponseMode;
    readonly response_type?: string[];
    /** The application's own `state`. */
    readonly state?: string;
    readonly ui_locales: string[];
    readonly [member: string]: unknown;
}

// shared/user-metadata-api.d.ts
/**
 * Changes of the profile. All changes of a run are written as one update at its end, also when a
 * later action refuses the flow. Later actions of the run see them in `event.user` at once.
 */
export interface UserMetadataAPI<Api> {
    /**
     * Sets a member of `app_metadata`.
     *
     * @param value Any JSON value; `null` removes the member. At most 32 kB for all members together.
     */
    setAppMetadata(key: string, value: unknown): Api;
    /**
     * Sets a member of `user_metadata`.
     *
     * @param value Any JSON value; `null` removes the member. At most 32 kB for all members together.
     */
    setUserMetadata(key: string, value: unknown): Api;
}

// shared/user.d.ts
/** The profile of a registered person; the members that every trigger has. */
export interface EventUser {
    /** Unique in the tenant, e.g. `auth0|5f7c8ec7c33c6c004bbafe82`. */
    readonly user_id: string;
    readonly email?: string;
    readonly email_verified: boolean;
    readonly username?: string;
    readonly phone_number?: string;
    readonly phone_verified?: boolean;
    readonly name?: string;
    readonly nickname?: string;
    readonly given_name?: string;
    readonly family_name?: string;
    /** Address of a portrait. */
    readonly picture?: string;
    /** What the person may do: plans, permissions, flags. The person cannot change it. */
    readonly app_metadata: Dictionary;
    /** What the person prefers; does not decide about access. */
    readonly user_metadata: Dictionary;
    /** ISO 8601. */
    readonly created_at: string;
    /** ISO 8601. */
    readonly updated_at: string;
    /** ISO 8601; absent until the first change. */
    readonly last_password_reset?: string;
}

// shared/validation-api.d.ts
/** Complaints about what the person entered. */
export interface ValidationAPI<Api> {
    /**
     * Stops the flow with a message that the person sees on the form.
     *
     * @param errorCode For the tenant log, e.g. `invalid_invitation`.
     */
    error(errorCode: string, errorMessage: string): Api;
}

// triggers.d.ts
/** How the actions of a trigger are written. */
export interface TriggerAuthoring {
    /** Export that runs the action. */
    readonly execute: string;
    /** Export that goes on after the person came back from another site. */
    readonly continue?: string;
    /** Names of the types that `event` and `api` have in JSDoc: `@param {Event} event`. */
    readonly apiType: string;
    /**
     * Declarations that make `Event` and the API's type global, for editors: an action then needs no
     * import to be checked. One trigger at a time, and without the DOM library, which has an `Event`
     * of its own.
     */
    readonly ambientDeclarations: string;
}
/** The triggers whose actions can be written, by id. */
export declare const TRIGGER_AUTHORING: {
    readonly 'post-login': TriggerAuthoring;
    readonly 'credentials-exchange': TriggerAuthoring;
    readonly 'pre-user-registration': TriggerAuthoring;
    readonly 'post-user-registration': TriggerAuthoring;
    readonly 'post-change-password': TriggerAuthoring;
    readonly 'password-reset-post-challenge': TriggerAuthoring;
    readonly 'send-phone-message': TriggerAuthoring;
    readonly 'custom-token-exchange': TriggerAuthoring;
    readonly 'custom-email-provider': TriggerAuthoring;
    readonly 'custom-phone-provider': TriggerAuthoring;
    readonly 'event-stream': TriggerAuthoring;
};
/** Id of a trigger whose actions can be written. */
export type AuthorableTriggerId = keyof typeof TRIGGER_AUTHORING;
