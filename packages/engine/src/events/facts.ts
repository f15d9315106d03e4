import type { PostLoginEvent } from '@tessera/action-types';
import type {
  Client,
  Connection,
  JsonObject,
  JsonValue,
  RequestFacts,
  ResourceServer,
  Tenant,
  User,
} from '@tessera/model';

/** A completed authentication factor, as `event.authentication.methods` lists it. */
export interface AuthenticationMethod {
  /** `pwd`, `mfa`, `federated`, `passkey`, ... */
  readonly name: string;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly type?: string;
}

/** From where a session or refresh token was used, first and last. */
export interface DeviceFacts {
  readonly initialIp?: string;
  readonly initialUserAgent?: string;
  readonly lastIp?: string;
  readonly lastUserAgent?: string;
}

/** When something ends, and what actions noted on it. */
interface LifetimeFacts {
  readonly createdAt: Date;
  readonly expiresAt?: Date;
  readonly idleExpiresAt?: Date;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly device?: DeviceFacts;
}

/** The single sign-on session of a login. */
export interface SessionFacts extends LifetimeFacts {
  readonly id: string;
  readonly authenticatedAt: Date;
  readonly updatedAt?: Date;
  readonly lastInteractedAt?: Date;
  readonly cookieMode?: 'persistent' | 'non-persistent';
  /** Applications that used the session, this one included. */
  readonly clientIds?: readonly string[];
}

/** The refresh token that is exchanged. */
export interface RefreshTokenFacts extends LifetimeFacts {
  /** Names the token; never the token itself. */
  readonly id?: string;
  readonly lastExchangedAt?: Date;
  readonly resourceServers?: readonly { readonly audience: string; readonly scopes: string }[];
}

/** A second factor that the user has set up, as `event.user.enrolledFactors` lists it. */
export interface EnrolledFactor {
  readonly type: string;
  readonly options?: { readonly [option: string]: JsonValue };
}

/** What came back from a form, as `event.prompt` has it. */
export interface PromptFacts {
  readonly id: string;
  readonly fields?: JsonObject;
  readonly vars?: JsonObject;
}

/** Signals about a login, as `event.authentication.riskAssessment` has them. */
export type RiskAssessment = NonNullable<
  NonNullable<PostLoginEvent['authentication']>['riskAssessment']
>;

/** What `buildPostLoginEvent` needs to know. */
export interface PostLoginFacts {
  readonly tenant: Tenant;
  readonly client: Client;
  readonly connection: Connection;
  readonly user: User;
  readonly request: RequestFacts;
  /** Names of the user's roles. */
  readonly roles: readonly string[];
  readonly authenticationMethods: readonly AuthenticationMethod[];
  /** Of logins with credentials; absent where an earlier session speaks for the person. */
  readonly riskAssessment?: RiskAssessment;
  /** Default: none. */
  readonly enrolledFactors?: readonly EnrolledFactor[];
  /** Of the form that the run was suspended for. */
  readonly prompt?: PromptFacts;
  readonly resourceServer?: ResourceServer;
  readonly session?: SessionFacts;
  readonly refreshToken?: RefreshTokenFacts;
  readonly transaction: {
    /** Stable over suspension and resumption. */
    readonly id: string;
    /** `oidc-basic-profile`, `oidc-refresh-token`, `oauth2-password`, ... */
    readonly protocol: string;
    readonly requestedScopes: readonly string[];
    readonly requestedAuthorizationDetails?: readonly JsonObject[];
    readonly acrValues: readonly string[];
    readonly uiLocales: readonly string[];
    readonly prompt?: readonly string[];
    readonly redirectUri?: string;
    readonly responseMode?: string;
    readonly responseType?: readonly string[];
    readonly state?: string;
    readonly loginHint?: string;
    readonly locale?: string;
    readonly linkingId?: string;
    readonly correlationId?: string;
    /** Of a token exchange: the kinds of its tokens, and who acts for the person. */
    readonly subjectTokenType?: string;
    readonly actorTokenType?: string;
    readonly actor?: JsonObject;
  };
}

/** What `buildCredentialsExchangeEvent` needs to know. */
export interface CredentialsExchangeFacts {
  readonly tenant: Tenant;
  readonly client: Client;
  readonly resourceServer: ResourceServer;
  readonly request: RequestFacts;
  readonly requestedScopes: readonly string[];
  /** Scopes that the token would get without actions: requested and granted. Default: the requested. */
  readonly grantedScopes?: readonly string[];
  readonly correlationId?: string;
}

/** What `buildPostChangePasswordEvent` needs to know. */
export interface PostChangePasswordFacts {
  readonly tenant: Tenant;
  /** The database that holds the password. */
  readonly connection: Connection;
  /** As it is after the change, with `lastPasswordReset`. */
  readonly user: User;
  /** The request that changed the password. */
  readonly request: RequestFacts;
  readonly correlationId?: string;
}

/** What the two registration events need to know. Before registration the user has no id yet. */
export interface RegistrationFacts {
  readonly tenant: Tenant;
  /** Absent when the management API creates the user. */
  readonly client?: Client;
  readonly connection: Connection;
  readonly user: Omit<User, 'userId' | 'createdAt' | 'updatedAt'> &
    Partial<Pick<User, 'userId' | 'createdAt' | 'updatedAt'>>;
  readonly request: RequestFacts;
  readonly transaction?: Pick<
    PostLoginFacts['transaction'],
    | 'id'
    | 'protocol'
    | 'requestedScopes'
    | 'acrValues'
    | 'uiLocales'
    | 'prompt'
    | 'redirectUri'
    | 'responseMode'
    | 'responseType'
    | 'state'
    | 'loginHint'
    | 'locale'
    | 'correlationId'
  >;
}
