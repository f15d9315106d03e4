import type {
  AuthorableTriggerId,
  CredentialsExchangeEvent,
  CustomTokenExchangeEvent,
  PasswordResetPostChallengeEvent,
  PostChangePasswordEvent,
  PostLoginEvent,
  PostUserRegistrationEvent,
  PreUserRegistrationEvent,
} from '@tessera/action-types';
import type { JsonObject } from '@tessera/model';
import { toEventJson } from '../to-event-json.ts';
import {
  SAMPLE_AGENT,
  SAMPLE_CLIENT,
  SAMPLE_CONNECTION,
  SAMPLE_CUSTOM_DOMAIN,
  SAMPLE_IDENTITIES,
  SAMPLE_ORGANIZATION,
  SAMPLE_REQUEST,
  SAMPLE_RISK_SUPPLEMENT,
  SAMPLE_SECURITY_CONTEXT,
  SAMPLE_TENANT,
  SAMPLE_TRANSACTION,
  SAMPLE_USER,
} from './sample-context.ts';
import {
  SAMPLE_AUTHENTICATION,
  SAMPLE_REFRESH_TOKEN,
  SAMPLE_SESSION,
  SAMPLE_SESSION_TRANSFER_TOKEN,
} from './sample-login-parts.ts';
import {
  SAMPLE_CUSTOM_EMAIL_PROVIDER,
  SAMPLE_CUSTOM_PHONE_PROVIDER,
  SAMPLE_EVENT_STREAM,
  SAMPLE_SEND_PHONE_MESSAGE,
} from './sample-message-events.ts';

const SAMPLE_PROMPT = {
  id: 'sample-form',
  fields: { birthday: '1990-01-01' },
  vars: { step: 1 },
};

const postLogin: Required<PostLoginEvent> = {
  agent: SAMPLE_AGENT,
  authentication: SAMPLE_AUTHENTICATION,
  authorization: { roles: ['editor'] },
  client: {
    ...SAMPLE_CLIENT,
    refresh_token: {
      policies: [{ audience: 'https://api.example.com/', scope: ['read:orders'] }],
    },
  },
  connection: SAMPLE_CONNECTION,
  custom_domain: SAMPLE_CUSTOM_DOMAIN,
  organization: SAMPLE_ORGANIZATION,
  prompt: SAMPLE_PROMPT,
  refresh_token: SAMPLE_REFRESH_TOKEN,
  request: {
    ...SAMPLE_REQUEST,
    asn: '64496',
    query: {
      client_id: SAMPLE_CLIENT.client_id,
      response_type: 'code',
      scope: 'openid profile email',
      state: 'sample-state',
    },
  },
  resource_server: { identifier: 'https://api.example.com/' },
  secrets: {},
  security_context: SAMPLE_SECURITY_CONTEXT,
  session: SAMPLE_SESSION,
  session_transfer_token: SAMPLE_SESSION_TRANSFER_TOKEN,
  stats: { logins_count: 5 },
  tenant: SAMPLE_TENANT,
  transaction: {
    ...SAMPLE_TRANSACTION,
    id: 'sample-transaction',
    actor: {
      sub: 'service|1',
      act: {
        sub: 'service|2',
        act: { sub: 'service|3', act: { sub: 'service|4', act: { sub: 'service|5' } } },
      },
    },
    actor_token_type: 'https://example.com/actor',
    correlation_id: 'sample-correlation',
    linking_id: 'sample-linking',
    metadata: {},
    requested_authorization_details: [{ type: 'payment', amount: 12 }],
    subject_token_type: 'https://example.com/subject',
  },
  user: {
    ...SAMPLE_USER,
    identities: SAMPLE_IDENTITIES,
    enrolledFactors: [{ type: 'otp' }],
    multifactor: ['google-authenticator'],
  },
};

const credentialsExchange: Required<CredentialsExchangeEvent> = {
  accessToken: { customClaims: {}, scope: ['read:orders'] },
  agent: SAMPLE_AGENT,
  client: { ...SAMPLE_CLIENT, name: 'Order importer' },
  custom_domain: SAMPLE_CUSTOM_DOMAIN,
  organization: SAMPLE_ORGANIZATION,
  request: {
    ...SAMPLE_REQUEST,
    method: 'POST',
    body: { grant_type: 'client_credentials', audience: 'https://api.example.com/' },
  },
  resource_server: { identifier: 'https://api.example.com/' },
  secrets: {},
  tenant: SAMPLE_TENANT,
  transaction: {
    correlation_id: 'sample-correlation',
    requested_scopes: ['read:orders'],
    target_scopes: ['read:orders'],
  },
};

const REQUEST_AUTHENTICATION = { riskAssessment: { supplemental: SAMPLE_RISK_SUPPLEMENT } };

const {
  user_id: _id,
  email_verified: _emailVerified,
  phone_verified: _phoneVerified,
  created_at: _createdAt,
  updated_at: _updatedAt,
  last_password_reset: _lastPasswordReset,
  ...registeringUser
} = SAMPLE_USER;

const preUserRegistration: Required<PreUserRegistrationEvent> = {
  authentication: REQUEST_AUTHENTICATION,
  client: SAMPLE_CLIENT,
  connection: SAMPLE_CONNECTION,
  custom_domain: SAMPLE_CUSTOM_DOMAIN,
  request: { ...SAMPLE_REQUEST, method: 'POST' },
  secrets: {},
  security_context: SAMPLE_SECURITY_CONTEXT,
  tenant: SAMPLE_TENANT,
  transaction: { ...SAMPLE_TRANSACTION, correlation_id: 'sample-correlation' },
  user: registeringUser,
};

const { body: _body, ...requestWithoutBody } = SAMPLE_REQUEST;

const postUserRegistration: Required<PostUserRegistrationEvent> = {
  authentication: REQUEST_AUTHENTICATION,
  connection: SAMPLE_CONNECTION,
  custom_domain: SAMPLE_CUSTOM_DOMAIN,
  request: { ...requestWithoutBody, method: 'POST' },
  secrets: {},
  security_context: SAMPLE_SECURITY_CONTEXT,
  tenant: SAMPLE_TENANT,
  transaction: SAMPLE_TRANSACTION,
  user: { ...SAMPLE_USER },
};

const postChangePassword: Required<PostChangePasswordEvent> = {
  authentication: REQUEST_AUTHENTICATION,
  connection: SAMPLE_CONNECTION,
  custom_domain: SAMPLE_CUSTOM_DOMAIN,
  request: { ...requestWithoutBody, method: 'POST' },
  secrets: {},
  tenant: SAMPLE_TENANT,
  transaction: { correlation_id: 'sample-correlation' },
  user: {
    user_id: SAMPLE_USER.user_id,
    email: SAMPLE_USER.email,
    email_verified: SAMPLE_USER.email_verified,
    username: SAMPLE_USER.username,
    phone_number: SAMPLE_USER.phone_number,
    phone_verified: SAMPLE_USER.phone_verified,
    last_password_reset: '2026-11-21T10:00:00.000Z',
  },
};

const {
  protocol: _protocol,
  acr_values: _acrValues,
  prompt: _prompt,
  redirect_uri: _redirectUri,
  requested_scopes: _requestedScopes,
  response_mode: _responseMode,
  response_type: _responseType,
  ...pageTransaction
} = SAMPLE_TRANSACTION;

const passwordReset: Required<PasswordResetPostChallengeEvent> = {
  authentication: {
    ...REQUEST_AUTHENTICATION,
    methods: [{ name: 'email', timestamp: '2026-11-21T10:00:00.000Z' }],
  },
  authorization: { roles: ['editor'] },
  client: SAMPLE_CLIENT,
  connection: SAMPLE_CONNECTION,
  custom_domain: SAMPLE_CUSTOM_DOMAIN,
  organization: SAMPLE_ORGANIZATION,
  prompt: SAMPLE_PROMPT,
  request: { ...SAMPLE_REQUEST, query: {} },
  secrets: {},
  stats: { logins_count: 5 },
  tenant: SAMPLE_TENANT,
  transaction: { ...pageTransaction, correlation_id: 'sample-correlation' },
  user: { ...SAMPLE_USER, identities: SAMPLE_IDENTITIES, enrolledFactors: [{ type: 'otp' }] },
};

const customTokenExchange: Required<CustomTokenExchangeEvent> = {
  client: SAMPLE_CLIENT,
  organization: SAMPLE_ORGANIZATION,
  request: {
    ...SAMPLE_REQUEST,
    method: 'POST',
    body: { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange' },
  },
  resource_server: { identifier: 'https://api.example.com/' },
  secrets: {},
  tenant: SAMPLE_TENANT,
  transaction: {
    actor_token: 'sample-actor-token',
    actor_token_type: 'https://example.com/actor',
    actor_token_user: {
      ...SAMPLE_USER,
      user_id: 'auth0|000000000000000000000002',
      identities: SAMPLE_IDENTITIES,
      enrolledFactors: [{ type: 'otp' }],
      multifactor: ['google-authenticator'],
    },
    requested_scopes: ['read:orders'],
    requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    subject_token: 'sample-subject-token',
    subject_token_type: 'https://example.com/subject',
  },
};

/** An event with every member, by trigger: what a draft is tested with. */
export const SAMPLE_EVENTS: Readonly<Record<AuthorableTriggerId, JsonObject>> = {
  'post-login': toEventJson(postLogin),
  'credentials-exchange': toEventJson(credentialsExchange),
  'pre-user-registration': toEventJson(preUserRegistration),
  'post-user-registration': toEventJson(postUserRegistration),
  'post-change-password': toEventJson(postChangePassword),
  'password-reset-post-challenge': toEventJson(passwordReset),
  'send-phone-message': toEventJson(SAMPLE_SEND_PHONE_MESSAGE),
  'custom-token-exchange': toEventJson(customTokenExchange),
  'custom-email-provider': toEventJson(SAMPLE_CUSTOM_EMAIL_PROVIDER),
  'custom-phone-provider': toEventJson(SAMPLE_CUSTOM_PHONE_PROVIDER),
  'event-stream': toEventJson(SAMPLE_EVENT_STREAM),
};
