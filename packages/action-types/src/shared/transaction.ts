/** How the application asked for tokens. */
export type TransactionProtocol =
  /** Authorization code flow in a browser. */
  | 'oidc-basic-profile'
  /** Back-channel authentication with a push message. */
  | 'oidc-ciba'
  /** Back-channel authentication with a link. */
  | 'oidc-ciba-web-link'
  | 'oidc-implicit-profile'
  | 'oidc-hybrid-profile'
  | 'oauth2-device-code'
  | 'oauth2-resource-owner'
  | 'oauth2-resource-owner-jwt-bearer'
  /** Password grant. */
  | 'oauth2-password'
  | 'oauth2-webauthn'
  /** Exchange of a social provider's access token. */
  | 'oauth2-access-token'
  | 'oauth2-refresh-token'
  | 'oauth2-token-exchange'
  | 'samlp'
  | 'wsfed'
  | 'wstrust-usernamemixed';

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
