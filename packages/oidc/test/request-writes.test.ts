import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser } from './support/browser.ts';
import { authorization, callbackParams, logIn, redeem } from './support/flows.ts';
import { startOidc, type TestOidc } from './support/start-oidc.ts';

const TABLES = ['oidc_grants', 'oidc_models', 'oidc_sessions', 'oidc_refresh_tokens'] as const;

describe('what a request stores', () => {
  let server: TestOidc;
  let userId: string;

  beforeAll(async () => {
    server = await startOidc('request_writes');
    const grantTypes = ['authorization_code', 'refresh_token'];
    await server.main.addClient({ clientId: 'web', grantTypes });
    ({ userId } = await server.main.addUser('ada'));
  });
  afterAll(() => server[Symbol.asyncDispose]());

  function query(text: string): Promise<readonly Record<string, unknown>[]> {
    return server.main.store.transaction(
      async ({ sql }) => (await sql.executeSql(text, [])).rows as Record<string, unknown>[],
    );
  }

  async function loggedIn(): Promise<Browser> {
    const browser = new Browser();
    await logIn(server.main, browser, authorization(server.main, { clientId: 'web' }), userId);
    return browser;
  }

  const silent = () =>
    authorization(server.main, {
      clientId: 'web',
      params: { prompt: 'none', scope: 'openid offline_access' },
    });

  /** The tables whose newest rows came with the log entry of this type, in one commit. */
  async function writtenWith(type: string): Promise<readonly unknown[]> {
    const [entry] = await query(
      `SELECT xmin::text FROM log_entries WHERE type = '${type}' ORDER BY log_id DESC LIMIT 1`,
    );
    const parts = TABLES.map(
      (table) => `SELECT '${table}' AS name FROM ${table} WHERE xmin::text = '${entry?.xmin}'`,
    );
    return (await query(parts.join(' UNION ALL '))).map(({ name }) => name);
  }

  async function countRows(): Promise<unknown> {
    const parts = TABLES.map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`);
    return (await query(`SELECT ${parts.join(', ')}`))[0];
  }

  test('of a silent login is one commit with its log entry', async () => {
    const browser = await loggedIn();
    const page = await browser.get(silent().url);

    expect(callbackParams(page).get('code')).toEqual(expect.any(String));
    expect(await writtenWith('ssa')).toEqual(['oidc_grants', 'oidc_models', 'oidc_sessions']);
  });

  test('of a code exchange is one commit: the tokens and the log entry', async () => {
    const request = silent();
    const page = await (await loggedIn()).get(request.url);
    const code = callbackParams(page).get('code');
    const tokens = await redeem(server.main, 'web', code, request);

    expect(tokens.body.refresh_token).toEqual(expect.any(String));
    expect(await writtenWith('seacft')).toEqual(['oidc_models', 'oidc_refresh_tokens']);
  });

  test('is stored whole or not at all, and the request fails with it', async () => {
    const browser = await loggedIn();
    const before = await countRows();
    await query("ALTER TABLE log_entries ADD CONSTRAINT refused CHECK (type <> 'ssa') NOT VALID");
    try {
      const page = await browser.get(silent().url);

      expect(page.status).toBe(500);
      expect(await countRows()).toEqual(before);
    } finally {
      await query('ALTER TABLE log_entries DROP CONSTRAINT refused');
    }
    const page = await browser.get(silent().url);
    expect(callbackParams(page).get('code')).toEqual(expect.any(String));
  });
});
