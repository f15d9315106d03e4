import type {
  CustomEmailProviderEvent,
  CustomPhoneProviderEvent,
  EventBrandedTenant,
  EventStreamEvent,
  SendPhoneMessageEvent,
} from '@tessera/action-types';
import {
  SAMPLE_CLIENT,
  SAMPLE_CONNECTION,
  SAMPLE_CUSTOM_DOMAIN,
  SAMPLE_GEOIP,
  SAMPLE_IDENTITIES,
  SAMPLE_ORGANIZATION,
  SAMPLE_REQUEST,
  SAMPLE_SECURITY_CONTEXT,
  SAMPLE_TENANT,
  SAMPLE_USER,
  SAMPLE_USER_AGENT,
} from './sample-context.ts';

const BRANDED_TENANT: Required<EventBrandedTenant> = {
  ...SAMPLE_TENANT,
  friendly_name: 'Acme',
  home_url: 'https://www.example.com/',
  logo_url: 'https://www.example.com/logo.png',
  support_email: 'support@example.com',
  support_url: 'https://www.example.com/support',
};

const { body: _body, ...requestWithoutBody } = SAMPLE_REQUEST;
const REQUEST = { ...requestWithoutBody, method: 'POST' };
const TRANSACTION = { correlation_id: 'sample-correlation' };
const USER = { ...SAMPLE_USER, identities: SAMPLE_IDENTITIES };

export const SAMPLE_SEND_PHONE_MESSAGE: Required<SendPhoneMessageEvent> = {
  client: SAMPLE_CLIENT,
  custom_domain: SAMPLE_CUSTOM_DOMAIN,
  message_options: {
    action: 'second-factor-authentication',
    code: '000000',
    message_type: 'sms',
    recipient: '+41445550100',
    text: '000000 is your code for Acme.',
  },
  request: REQUEST,
  secrets: {},
  security_context: SAMPLE_SECURITY_CONTEXT,
  tenant: SAMPLE_TENANT,
  transaction: TRANSACTION,
  user: USER,
};

const {
  phone_number: _phoneNumber,
  phone_verified: _phoneVerified,
  created_at: _createdAt,
  updated_at: _updatedAt,
  last_password_reset: _lastPasswordReset,
  ...addressee
} = SAMPLE_USER;

export const SAMPLE_CUSTOM_EMAIL_PROVIDER: Required<CustomEmailProviderEvent> = {
  client: SAMPLE_CLIENT,
  connection: SAMPLE_CONNECTION,
  custom_domain: SAMPLE_CUSTOM_DOMAIN,
  notification: {
    from: 'Acme <no-reply@example.com>',
    html: '<p>Welcome, Ada</p>',
    locale: 'en',
    message_type: 'welcome_email',
    subject: 'Welcome',
    text: 'Welcome, Ada',
    to: 'ada@example.com',
  },
  organization: SAMPLE_ORGANIZATION,
  request: {
    geoip: SAMPLE_GEOIP,
    hostname: 'acme.example.com',
    ip: '203.0.113.7',
    query: { state: 'sample-state' },
    user_agent: SAMPLE_USER_AGENT,
  },
  secrets: {},
  tenant: BRANDED_TENANT,
  transaction: TRANSACTION,
  user: addressee,
};

export const SAMPLE_CUSTOM_PHONE_PROVIDER: Required<CustomPhoneProviderEvent> = {
  client: SAMPLE_CLIENT,
  connection: SAMPLE_CONNECTION,
  custom_domain: SAMPLE_CUSTOM_DOMAIN,
  notification: {
    as_text: '000000 is your code for Acme.',
    as_voice: 'Your code for Acme is 0 0 0 0 0 0.',
    code: '000000',
    delivery_method: 'text',
    from: '+41445550199',
    locale: 'en',
    message_type: 'otp_verify',
    recipient: '+41445550100',
  },
  organization: SAMPLE_ORGANIZATION,
  request: REQUEST,
  secrets: {},
  tenant: BRANDED_TENANT,
  transaction: TRANSACTION,
  user: USER,
};

export const SAMPLE_EVENT_STREAM: Required<EventStreamEvent> = {
  message: {
    id: 'evt_Sample0000000001',
    type: 'user.created',
    data: { object: { user_id: SAMPLE_USER.user_id, email: SAMPLE_USER.email } },
    source: 'urn:tessera:acme',
    specversion: '1.0',
    time: '2026-11-21T10:00:00.000Z',
  },
  secrets: {},
};
