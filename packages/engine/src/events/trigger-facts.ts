import type {
  CustomEmailProviderEvent,
  CustomPhoneProviderEvent,
  SendPhoneMessageEvent,
} from '@tessera/action-types';
import type {
  Client,
  Connection,
  JsonObject,
  RequestFacts,
  ResourceServer,
  Tenant,
  User,
} from '@tessera/model';
import type { AuthenticationMethod, EnrolledFactor, PromptFacts } from './facts.ts';

/** What `buildPasswordResetPostChallengeEvent` needs to know. */
export interface PasswordResetFacts {
  readonly tenant: Tenant;
  readonly client: Client;
  readonly connection: Connection;
  readonly user: User;
  readonly request: RequestFacts;
  /** Names of the user's roles. */
  readonly roles: readonly string[];
  /** The e-mailed link first, then challenges that were passed. */
  readonly authenticationMethods: readonly AuthenticationMethod[];
  readonly enrolledFactors?: readonly EnrolledFactor[];
  /** What came back from a form. */
  readonly prompt?: PromptFacts;
  readonly uiLocales?: readonly string[];
  /** Default: the browser's language, else `en`. */
  readonly locale?: string;
  readonly loginHint?: string;
  readonly state?: string;
  readonly correlationId?: string;
}

/** What `buildSendPhoneMessageEvent` needs to know. */
export interface SendPhoneMessageFacts {
  readonly tenant: Tenant;
  readonly client?: Client;
  readonly user: User;
  readonly request: RequestFacts;
  /** As `event.message_options` has it; holds the code. */
  readonly message: SendPhoneMessageEvent['message_options'];
  readonly correlationId?: string;
}

/** What `buildCustomTokenExchangeEvent` needs to know. */
export interface CustomTokenExchangeFacts {
  readonly tenant: Tenant;
  readonly client: Client;
  readonly resourceServer: Pick<ResourceServer, 'identifier'>;
  /** Its body without client credentials and tokens. */
  readonly request: RequestFacts;
  readonly subjectToken: string;
  readonly subjectTokenType: string;
  readonly actorToken?: string;
  readonly actorTokenType?: string;
  /** Whom the actor token names, when the platform issued and verified it. */
  readonly actorTokenUser?: User;
  readonly requestedScopes: readonly string[];
  readonly requestedTokenType?: string;
}

/** What the two events about a message to a person need to know. */
interface NotificationFacts {
  readonly tenant: Tenant;
  /** Where no application caused the message, one with an empty id. */
  readonly client: Pick<Client, 'clientId' | 'name' | 'metadata'>;
  readonly connection?: Connection;
  readonly user: User;
  readonly correlationId?: string;
}

/** What `buildCustomEmailProviderEvent` needs to know. */
export interface CustomEmailProviderFacts extends NotificationFacts {
  /** Absent when no request caused the message. */
  readonly request?: RequestFacts;
  readonly notification: CustomEmailProviderEvent['notification'];
}

/** What `buildCustomPhoneProviderEvent` needs to know. */
export interface CustomPhoneProviderFacts extends NotificationFacts {
  readonly request: RequestFacts;
  readonly notification: CustomPhoneProviderEvent['notification'];
}

/** What `buildEventStreamEvent` needs to know: an event of CloudEvents 1.0. */
export interface EventStreamFacts {
  readonly id: string;
  readonly type: string;
  /** A URI reference. */
  readonly source: string;
  readonly time?: Date;
  readonly data?: JsonObject;
}
