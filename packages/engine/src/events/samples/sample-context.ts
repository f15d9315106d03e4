import type {
  BasicRequest,
  Dictionary,
  EventIdentity,
  EventUser,
  GeoIp,
  RegistrationTransaction,
} from '@tessera/action-types';

/** Parts that several sample events have. All names and addresses are of documentation ranges. */

export const SAMPLE_TENANT = { id: 'acme' };

export const SAMPLE_CLIENT = {
  client_id: 'qXn4tSampleClient0000000000000000',
  name: 'Shop',
  metadata: { team: 'storefront' },
};

export const SAMPLE_CONNECTION = {
  id: 'con_Sample0000000001',
  name: 'Username-Password-Authentication',
  strategy: 'auth0',
  metadata: { region: 'eu' },
};

export const SAMPLE_ORGANIZATION = {
  id: 'org_Sample0000000001',
  name: 'globex',
  display_name: 'Globex Corporation',
  metadata: { plan: 'enterprise' },
};

export const SAMPLE_CUSTOM_DOMAIN = {
  domain: 'login.example.com',
  domain_metadata: { brand: 'shop' },
};

export const SAMPLE_SECURITY_CONTEXT = {
  ja3: '0123456789abcdef0123456789abcdef',
  ja4: 't13d1516h2_0123456789ab_0123456789ab',
};

export const SAMPLE_AGENT = {
  agent_id: 'agt_Sample0000000001',
  name: 'Order assistant',
  agent_metadata: { version: '1' },
};

export const SAMPLE_GEOIP: Required<GeoIp> = {
  cityName: 'Zurich',
  continentCode: 'EU',
  countryCode: 'CH',
  countryCode3: 'CHE',
  countryName: 'Switzerland',
  latitude: 47.3769,
  longitude: 8.5417,
  subdivisionCode: 'ZH',
  subdivisionName: 'Zurich',
  timeZone: 'Europe/Zurich',
};

export const SAMPLE_USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

export const SAMPLE_REQUEST: Required<BasicRequest> & { readonly body: Dictionary } = {
  body: {},
  geoip: SAMPLE_GEOIP,
  hostname: 'acme.example.com',
  ip: '203.0.113.7',
  language: 'en',
  method: 'GET',
  user_agent: SAMPLE_USER_AGENT,
};

export const SAMPLE_RISK_SUPPLEMENT = {
  akamai: {
    akamaiBot: {
      type: 'unknown_bot',
      action: 'monitor',
      botCategory: ['http_libraries'],
      botScore: 12,
      botScoreResponseSegment: 'cautious',
      botnetId: '0',
    },
    akamaiUserRisk: {
      action: 'monitor',
      allow: 1,
      emailDomain: 'example.com',
      general: { aci: '0' },
      ouid: 'sample-ouid',
      requestid: 'sample-request',
      risk: { udfp: 'sample/low' },
      score: 7,
      status: 0,
      trust: { utp: 'weekday_3' },
      username: 'ada',
      uuid: '00000000-0000-4000-8000-000000000000',
    },
  },
};

export const SAMPLE_USER: Required<EventUser> = {
  user_id: 'auth0|000000000000000000000001',
  email: 'ada@example.com',
  email_verified: true,
  username: 'ada',
  phone_number: '+41445550100',
  phone_verified: true,
  name: 'Ada Example',
  nickname: 'ada',
  given_name: 'Ada',
  family_name: 'Example',
  picture: 'https://example.com/ada.png',
  app_metadata: { plan: 'gold' },
  user_metadata: { theme: 'dark' },
  created_at: '2026-01-05T09:00:00.000Z',
  updated_at: '2026-11-02T12:30:00.000Z',
  last_password_reset: '2026-06-01T08:00:00.000Z',
};

export const SAMPLE_IDENTITIES: EventIdentity[] = [
  {
    connection: SAMPLE_CONNECTION.name,
    provider: SAMPLE_CONNECTION.strategy,
    user_id: '000000000000000000000001',
    isSocial: false,
  },
];

export const SAMPLE_TRANSACTION: RegistrationTransaction = {
  acr_values: [],
  locale: 'en',
  login_hint: 'ada@example.com',
  prompt: ['login'],
  protocol: 'oidc-basic-profile',
  redirect_uri: 'https://shop.example.com/callback',
  requested_scopes: ['openid', 'profile', 'email'],
  response_mode: 'query',
  response_type: ['code'],
  state: 'sample-state',
  ui_locales: ['en'],
};
