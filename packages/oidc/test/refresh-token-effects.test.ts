import { describe, expect, test } from 'vitest';
import { Browser } from './support/browser.ts';
import {
  HOUR_MS,
  INVALID_REFRESH,
  MINUTE_MS,
  passTime,
  startOidcPerFile,
} from './support/effects.ts';
import { completed } from './support/fake-pipeline.ts';
import { refresh } from './support/flows.ts';

const flow = startOidcPerFile('refresh_token_effects');
const { askSilently, completes, lastEvent, revokes, tokensFor } = flow;

describe('api.refreshToken', () => {
  test.for(['rotating', 'fixed', 'forever'])(
    'setExpiresAt() at the login ends the tokens of %s',
    async (clientId) => {
      completes({ refreshToken: { expiresAt: Date.now() + 2 * HOUR_MS } });
      const first = await tokensFor(new Browser(), clientId);
      flow.pipeline.off('post-login');
      passTime(HOUR_MS);
      const second = await refresh(flow.main, clientId, first.body.refresh_token);
      expect(second.status).toBe(200);
      passTime(HOUR_MS + 1_000);
      expect(await refresh(flow.main, clientId, second.body.refresh_token)).toMatchObject(
        INVALID_REFRESH,
      );
    },
  );

  test.for(['rotating', 'fixed', 'forever'])(
    'setExpiresAt() at a refresh ends the tokens of %s',
    async (clientId) => {
      const first = await tokensFor(new Browser(), clientId);
      completes({ refreshToken: { expiresAt: Date.now() + HOUR_MS } });
      const second = await refresh(flow.main, clientId, first.body.refresh_token);
      completes({ refreshToken: { expiresAt: Date.now() + 5 * HOUR_MS } });
      const third = await refresh(flow.main, clientId, second.body.refresh_token);
      expect(third.status).toBe(200);
      flow.pipeline.off('post-login');
      passTime(HOUR_MS + 1_000);
      expect(await refresh(flow.main, clientId, third.body.refresh_token)).toMatchObject(
        INVALID_REFRESH,
      );
    },
  );

  test.for(['rotating', 'fixed', 'forever'])(
    'setIdleExpiresAt() ends an unused token of %s; a use begins anew',
    async (clientId) => {
      completes({ refreshToken: { idleExpiresAt: Date.now() + HOUR_MS } });
      const first = await tokensFor(new Browser(), clientId);
      const unused = await tokensFor(new Browser(), clientId);
      flow.pipeline.off('post-login');
      passTime(HOUR_MS - MINUTE_MS);
      const second = await refresh(flow.main, clientId, first.body.refresh_token);
      expect(second.status).toBe(200);
      passTime(2 * MINUTE_MS);
      expect(await refresh(flow.main, clientId, unused.body.refresh_token)).toMatchObject(
        INVALID_REFRESH,
      );
      expect((await refresh(flow.main, clientId, second.body.refresh_token)).status).toBe(200);
    },
  );

  test('no end is later than the application allows', async () => {
    completes({ refreshToken: { expiresAt: Date.now() + 1e12, idleExpiresAt: Date.now() + 1e12 } });
    const { body } = await tokensFor(new Browser());
    passTime(1_296_000_000 + 1_000);
    expect(await refresh(flow.main, 'rotating', body.refresh_token)).toMatchObject(INVALID_REFRESH);
  });

  test('setMetadata() is told to later refreshes, with what the token knows of itself', async () => {
    completes({ refreshToken: { metadata: { app: 'mobile' } } });
    const first = await tokensFor(new Browser());
    completes({});
    const second = await refresh(flow.main, 'rotating', first.body.refresh_token);
    const { refresh_token: told } = lastEvent();
    expect(told).toMatchObject({
      id: expect.stringMatching(/^rt_[0-9a-f]{24}$/),
      client_id: 'rotating',
      rotating: true,
      user_id: flow.ada.userId,
      metadata: { app: 'mobile' },
      device: { initial_ip: '203.0.113.7', last_ip: '203.0.113.7' },
      expires_at: expect.any(String),
      idle_expires_at: expect.any(String),
    });
    expect(JSON.stringify(lastEvent())).not.toContain(first.body.refresh_token);
    completes({ refreshToken: { metadata: { app: 'web' } } });
    const third = await refresh(flow.main, 'rotating', second.body.refresh_token);
    completes({});
    await refresh(flow.main, 'rotating', third.body.refresh_token);
    expect(lastEvent().refresh_token).toMatchObject({
      id: told?.id,
      metadata: { app: 'web' },
      last_exchanged_at: expect.any(String),
    });
  });

  test('revoke() refuses the refresh and ends the tokens of that login alone', async () => {
    const browser = new Browser();
    const revoked = await tokensFor(browser);
    const kept = await tokensFor(browser, 'fixed');
    revokes({ target: 'refreshToken', preserveRefreshTokens: false });
    const refused = await refresh(flow.main, 'rotating', revoked.body.refresh_token);
    expect(refused).toMatchObject({
      status: 403,
      body: { error: 'access_denied', error_description: 'revoked' },
    });
    flow.pipeline.off('post-login');
    const again = await refresh(flow.main, 'rotating', revoked.body.refresh_token);
    expect(again).toMatchObject(INVALID_REFRESH);
    expect((await refresh(flow.main, 'fixed', kept.body.refresh_token)).status).toBe(200);
    expect((await askSilently(browser)).has('code')).toBe(true);
  });

  test('a revocation during a refresh is not undone by it', async () => {
    const { body } = await tokensFor(new Browser());
    flow.pipeline.on('post-login', async () => {
      await flow.main.store.oidcModels.revokeByAccountId(flow.ada.userId);
      return completed({ refreshToken: { metadata: { late: 'yes' } } });
    });
    expect(await refresh(flow.main, 'rotating', body.refresh_token)).toMatchObject(INVALID_REFRESH);
    flow.pipeline.off('post-login');
    expect(await refresh(flow.main, 'rotating', body.refresh_token)).toMatchObject(INVALID_REFRESH);
  });
});
