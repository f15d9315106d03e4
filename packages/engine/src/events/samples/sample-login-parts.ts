import type { PostLoginEvent } from '@tessera/action-types';
import { SAMPLE_GEOIP, SAMPLE_RISK_SUPPLEMENT, SAMPLE_USER_AGENT } from './sample-context.ts';

type Part<Name extends keyof PostLoginEvent> = NonNullable<PostLoginEvent[Name]>;

const DEVICE = {
  initial_asn: '64496',
  initial_ip: '203.0.113.7',
  initial_user_agent: SAMPLE_USER_AGENT,
  last_asn: '64496',
  last_ip: '203.0.113.7',
  last_user_agent: SAMPLE_USER_AGENT,
};

export const SAMPLE_AUTHENTICATION: Part<'authentication'> = {
  methods: [{ name: 'pwd', timestamp: '2026-11-21T10:00:00.000Z' }],
  riskAssessment: {
    assessments: {
      AgentDetection: {
        code: 'unknown',
        confidence: 'neutral',
        details: { provider: 'example' },
      },
      ImpossibleTravel: { code: 'minimal_travel_from_last_login', confidence: 'high' },
      NewDevice: {
        code: 'match',
        confidence: 'high',
        details: { device: 'known', useragent: 'known' },
      },
      UntrustedIP: {
        code: 'not_found_on_deny_list',
        confidence: 'high',
        details: { category: 'none', ip: '203.0.113.7', matches: '0', source: 'example' },
      },
    },
    confidence: 'high',
    supplemental: SAMPLE_RISK_SUPPLEMENT,
    version: '1',
  },
};

export const SAMPLE_SESSION: Part<'session'> = {
  id: 'sample-session',
  actor: { sub: 'auth0|000000000000000000000002' },
  authenticated_at: '2026-11-21T10:00:00.000Z',
  clients: [{ client_id: 'qXn4tSampleClient0000000000000000' }],
  cookie: { mode: 'persistent' },
  created_at: '2026-11-21T10:00:00.000Z',
  device: DEVICE,
  expires_at: '2026-11-28T10:00:00.000Z',
  idle_expires_at: '2026-11-24T10:00:00.000Z',
  last_interacted_at: '2026-11-21T10:00:00.000Z',
  metadata: { kiosk: 'no' },
  session_transfer: { parent_refresh_token: { id: 'sample-parent', metadata: { app: 'mobile' } } },
  updated_at: '2026-11-21T10:00:00.000Z',
  user_id: 'auth0|000000000000000000000001',
};

export const SAMPLE_REFRESH_TOKEN: Part<'refresh_token'> = {
  id: 'sample-refresh-token',
  client_id: 'qXn4tSampleClient0000000000000000',
  created_at: '2026-11-21T10:00:00.000Z',
  device: DEVICE,
  expires_at: '2026-12-21T10:00:00.000Z',
  idle_expires_at: '2026-12-06T10:00:00.000Z',
  last_exchanged_at: '2026-11-21T10:00:00.000Z',
  metadata: { purpose: 'sample' },
  resource_servers: [{ audience: 'https://api.example.com/', scopes: 'read:orders' }],
  rotating: true,
  session_id: 'sample-session',
  session_transfer: { parent_refresh_token: { id: 'sample-parent' } },
  user_id: 'auth0|000000000000000000000001',
};

export const SAMPLE_SESSION_TRANSFER_TOKEN: Part<'session_transfer_token'> = {
  client_id: 'qXn4tSampleClient0000000000000000',
  request: {
    asn: '64496',
    geoip: SAMPLE_GEOIP,
    ip: '203.0.113.7',
    user_agent: SAMPLE_USER_AGENT,
  },
  scope: ['openid'],
};
