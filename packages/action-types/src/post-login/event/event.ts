import type {
  EventAgent,
  EventClient,
  EventConnection,
  EventCustomDomain,
  EventOrganization,
  EventResourceServer,
  EventSecrets,
  EventSecurityContext,
  EventTenant,
} from '../../shared/context.ts';
import type { Dictionary } from '../../shared/json.ts';
import type { EventPrompt } from '../../shared/prompt-api.ts';
import type { BasicRequest } from '../../shared/request.ts';
import type { EventAuthentication } from './authentication.ts';
import type { EventRefreshToken, EventSession, EventSessionTransferToken } from './session.ts';
import type { EventTransaction } from './transaction.ts';
import type { PostLoginUser } from './user.ts';

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
      readonly policies?: { readonly audience?: string; readonly scope?: string[] }[];
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
