import type { JsonObject } from '@tessera/model';

/** Post-login Actions, each small and with a purpose of its own. The chain of one is the first of them. */
export const ACTION_SOURCES: readonly string[] = [
  `exports.onExecutePostLogin = async (event, api) => {
  api.accessToken.setCustomClaim('https://example.com/email', event.user.email);
};
`,
  `exports.onExecutePostLogin = async (event, api) => {
  const plan = event.user.app_metadata.plan ?? 'free';
  console.log('plan', plan);
  api.idToken.setCustomClaim('https://example.com/plan', plan);
};
`,
  `exports.onExecutePostLogin = async (event, api) => {
  if (event.authorization?.roles.includes('editor')) {
    api.accessToken.setCustomClaim('https://example.com/roles', event.authorization.roles);
  }
};
`,
];

/** Loads axios, as most Actions that call a backend do, and does not call anything. */
export const AXIOS_SOURCE = `const axios = require('axios');
exports.onExecutePostLogin = async (event, api) => {
  api.accessToken.setCustomClaim('https://example.com/client', typeof axios.get);
};
`;

/** A credentials-exchange Action that does as little as one can that does something. */
export const CLIENT_CREDENTIALS_SOURCE = `exports.onExecuteCredentialsExchange = async (event, api) => {
  api.accessToken.setCustomClaim('https://example.com/client', event.client.name);
};
`;

const USER_AGENT =
  'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';
const LOGIN_AT = '2026-11-20T09:15:30.125Z';

/** A post-login event of about 4 kB: one user with metadata, two identities and some history. */
export const LOGIN_EVENT: JsonObject = {
  tenant: { id: 'default' },
  transaction: {
    id: 'txn_9f2b7c61d4e8405aa1b3c5d7e9f10234',
    protocol: 'oidc-basic-profile',
    requested_scopes: ['openid', 'profile', 'email', 'offline_access', 'read:reports'],
    acr_values: [],
    ui_locales: ['en', 'de'],
    locale: 'en',
    redirect_uri: 'https://app.example.com/callback',
    response_mode: 'query',
    response_type: ['code'],
    state: 'hKFo2SB4T2pBNXh5Q0pYTnVqcHJBbkdVd1VtZ3c1',
    login_hint: 'ada@example.com',
    metadata: { step: 'first', attempts: 1 },
  },
  client: {
    client_id: 'q3v7Hn0yL5tXkRzW2aPbD8sFgJmUcE41',
    name: 'Reports',
    metadata: { team: 'analytics', tier: 'internal', contact: 'analytics@example.com' },
  },
  connection: {
    id: 'con_k7Fh2mVq8Lx0Zt5B',
    name: 'Username-Password-Authentication',
    strategy: 'auth0',
    metadata: {},
  },
  resource_server: { identifier: 'https://reports.example.com/' },
  organization: {
    id: 'org_5tGvBhNjMk2wSxEd',
    name: 'example',
    display_name: 'Example Works',
    metadata: { region: 'eu-central', contract: '2026-118', seats: '250' },
  },
  request: {
    ip: '203.0.113.61',
    asn: '64496',
    hostname: 'login.example.com',
    language: 'en',
    method: 'GET',
    user_agent: USER_AGENT,
    query: {
      client_id: 'q3v7Hn0yL5tXkRzW2aPbD8sFgJmUcE41',
      response_type: 'code',
      redirect_uri: 'https://app.example.com/callback',
      scope: 'openid profile email offline_access read:reports',
      state: 'hKFo2SB4T2pBNXh5Q0pYTnVqcHJBbkdVd1VtZ3c1',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
      audience: 'https://reports.example.com/',
    },
    body: {},
    geoip: {
      cityName: 'Heidelberg',
      continentCode: 'EU',
      countryCode: 'DE',
      countryCode3: 'DEU',
      countryName: 'Germany',
      latitude: 49.4094,
      longitude: 8.6947,
      subdivisionCode: 'BW',
      subdivisionName: 'Baden-Württemberg',
      timeZone: 'Europe/Berlin',
    },
  },
  authentication: {
    methods: [
      { name: 'pwd', timestamp: LOGIN_AT },
      { name: 'mfa', timestamp: LOGIN_AT, type: 'otp' },
    ],
    riskAssessment: {
      version: '1',
      confidence: 'high',
      assessments: {
        NewDevice: { code: 'match', confidence: 'high' },
        ImpossibleTravel: { code: 'minimal_travel_from_last_login', confidence: 'high' },
        UntrustedIP: { code: 'not_found_on_deny_list', confidence: 'high' },
        PhoneNumber: { code: 'phone_number_not_provided', confidence: 'neutral' },
      },
    },
  },
  authorization: { roles: ['editor', 'reviewer', 'billing'] },
  session: {
    id: 'ses_4d1c9b7a2e6f4830b5d7f9a1c3e50718',
    created_at: LOGIN_AT,
    updated_at: LOGIN_AT,
    authenticated_at: LOGIN_AT,
    expires_at: '2026-11-27T09:15:30.125Z',
    idle_expires_at: '2026-11-23T09:15:30.125Z',
    clients: [{ client_id: 'q3v7Hn0yL5tXkRzW2aPbD8sFgJmUcE41' }],
    device: {
      initial_ip: '203.0.113.61',
      initial_user_agent: USER_AGENT,
      last_ip: '203.0.113.61',
      last_user_agent: USER_AGENT,
    },
  },
  stats: { logins_count: 217 },
  user: {
    user_id: 'auth0|65f0c1d2a3b4c5d6e7f80912',
    email: 'ada@example.com',
    email_verified: true,
    name: 'Ada Example',
    given_name: 'Ada',
    family_name: 'Example',
    nickname: 'ada',
    picture: 'https://cdn.example.com/avatars/65f0c1d2a3b4c5d6e7f80912.png',
    created_at: '2024-03-12T20:44:18.301Z',
    updated_at: LOGIN_AT,
    last_password_reset: '2026-01-08T07:30:00.000Z',
    multifactor: ['guardian'],
    app_metadata: {
      plan: 'gold',
      customer: 'C-100482',
      limits: { reports: 500, exports: 50, seats: 12 },
      flags: ['beta-editor', 'new-billing', 'audit-export'],
    },
    user_metadata: {
      theme: 'dark',
      language: 'en',
      notifications: { email: true, push: false, digest: 'weekly' },
    },
    identities: [
      {
        connection: 'Username-Password-Authentication',
        provider: 'auth0',
        user_id: '65f0c1d2a3b4c5d6e7f80912',
        isSocial: false,
      },
      {
        connection: 'google-oauth2',
        provider: 'google-oauth2',
        user_id: '108234567890123456789',
        isSocial: true,
        profileData: { email: 'ada@example.com', email_verified: true, name: 'Ada Example' },
      },
    ],
  },
};
