import type { Dictionary } from '../../shared/json.ts';
import type { GeoIp } from '../../shared/request.ts';

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
  readonly actor?: { readonly sub: string; readonly [member: string]: unknown };
  readonly authenticated_at?: string;
  /** Applications that used the session. */
  readonly clients?: { readonly client_id: string }[];
  readonly cookie?: { readonly mode: SessionCookieMode };
  readonly created_at?: string;
  readonly device?: EventDevice;
  readonly expires_at?: string;
  readonly idle_expires_at?: string;
  readonly last_interacted_at?: string;
  readonly metadata?: Dictionary;
  /** Present when a native application handed its login over to the browser. */
  readonly session_transfer?: {
    readonly parent_refresh_token?: { readonly id?: string; readonly metadata?: Dictionary };
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
  readonly resource_servers?: { readonly audience: string; readonly scopes: string }[];
  readonly rotating?: boolean;
  readonly session_id?: string;
  readonly session_transfer?: { readonly parent_refresh_token?: { readonly id?: string } };
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
