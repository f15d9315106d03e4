import type { Revocation, TriggerEffects } from '@tessera/engine';
import type { JsonObject, User } from '@tessera/model';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import type { Browser } from './browser.ts';
import { client } from './entities.ts';
import { denied } from './fake-pipeline.ts';
import { type Answer, authorization, callbackParams, getTokens } from './flows.ts';
import { startOidc, type TestOidc } from './start-oidc.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
const SCOPE = 'openid email offline_access';

/** What a refresh token that is over gets. */
export const INVALID_REFRESH = {
  status: 403,
  body: { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' },
};

/**
 * One server for the tests of a file, with the user ada and the applications `rotating`, `fixed` and
 * `forever`, named after their refresh tokens. After each test the clock and the pipeline are as before.
 */
export function startOidcPerFile(name: string) {
  let server: TestOidc;
  let ada: User;
  beforeAll(async () => {
    server = await startOidc(name);
    const { refreshToken: policy } = client({ clientId: 'none' });
    await server.main.addClient({ clientId: 'rotating' });
    await server.main.addClient({
      clientId: 'fixed',
      refreshToken: { ...policy, rotationType: 'non-rotating' },
    });
    await server.main.addClient({
      clientId: 'forever',
      refreshToken: { ...policy, rotationType: 'non-rotating', expirationType: 'non-expiring' },
    });
    ada = await server.main.addUser('ada');
  });
  afterAll(() => server?.[Symbol.asyncDispose]());
  afterEach(() => {
    vi.useRealTimers();
    server.pipeline.off('post-login');
    server.pipeline.runs.length = 0;
  });

  return {
    get main() {
      return server.main;
    },
    get pipeline() {
      return server.pipeline;
    },
    get ada() {
      return ada;
    },
    /** Every login and refresh ends with these effects. */
    completes: (effects: Partial<TriggerEffects>) =>
      server.pipeline.completes('post-login', effects),
    /** Refuses every run, and revokes. */
    revokes: (revocation: Revocation) => {
      server.pipeline.on('post-login', () => {
        const { effects } = denied('revoked');
        return { end: { kind: 'denied', reason: 'revoked', revoke: revocation }, effects };
      });
    },
    tokensFor: (browser: Browser, clientId = 'rotating'): Promise<Answer> =>
      getTokens(server.main, { clientId, userId: ada.userId, scope: SCOPE, browser }),
    /** What a silent authorization answers to the application. */
    askSilently: async (browser: Browser): Promise<URLSearchParams> => {
      const params = { prompt: 'none' };
      const { url } = authorization(server.main, { clientId: 'rotating', params });
      return callbackParams(await browser.get(url));
    },
    /** The event of the newest run. */
    lastEvent: () => server.pipeline.runs.at(-1)?.event as Record<string, JsonObject>,
  };
}

export function passTime(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(Date.now() + ms);
}
