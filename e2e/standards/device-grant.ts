import { expect } from 'vitest';
import { hiddenOf } from '../visitor.ts';
import type { Authority, Registered } from './authority.ts';
import { must, type Standard, should, unmet } from './requirement.ts';

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

async function registerDevice(on: Authority): Promise<Registered> {
  return await on.register({
    app_type: 'native',
    callbacks: [],
    grant_types: [GRANT],
    token_endpoint_auth_method: 'none',
  });
}

async function ask(on: Authority, client: Registered) {
  return await on.post('/oauth/device/code', { client_id: client.client_id, scope: 'openid' });
}

async function poll(on: Authority, client: Registered, device_code: string) {
  return await on.token({ grant_type: GRANT, client_id: client.client_id, device_code });
}

/** Types the code in the browser where the person is logged in; the page that asks whether it is theirs. */
async function type(on: Authority, user_code: string) {
  const visitor = await on.browser();
  const first = await visitor.open('/activate');
  const { xsrf = '' } = hiddenOf(first.text);
  return { visitor, xsrf, page: await visitor.open('/activate', { xsrf, user_code }) };
}

async function decide(on: Authority, user_code: string, decision: 'confirm' | 'abort') {
  const { visitor, xsrf } = await type(on, user_code);
  let answer = await visitor.open('/activate', { xsrf, user_code, [decision]: 'yes' });
  while (answer.to?.startsWith('/') || answer.to?.startsWith(on.url)) {
    answer = await visitor.open(answer.to);
  }
}

export const DEVICE_GRANT: Standard = {
  name: 'RFC 8628',
  title: 'Device Authorization Grant',
  requirements: [
    must('3.2', 'A device gets codes, an address, a lifetime and an interval.', async (on) => {
      const { status, body, headers } = await ask(on, await registerDevice(on));
      expect(status).toBe(200);
      expect(body).toMatchObject({
        device_code: expect.any(String),
        user_code: expect.any(String),
        verification_uri: `${on.url}/activate`,
        expires_in: expect.any(Number),
        interval: expect.any(Number),
      });
      expect(headers.get('cache-control')).toContain('no-store');
    }),
    must('3.1', 'An application without this grant gets none.', async (on) => {
      const { status, body } = await on.post('/oauth/device/code', {
        client_id: on.web.client_id,
        client_secret: on.web.client_secret,
      });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(body.device_code).toBeUndefined();
    }),
    must('3.3', 'A code in the address is shown, and confirmed by the person.', async (on) => {
      const client = await registerDevice(on);
      const { body } = await ask(on, client);
      await (await on.browser()).open(body.verification_uri_complete);
      expect((await poll(on, client, body.device_code)).body.error).toBe('authorization_pending');
      const { page } = await type(on, body.user_code);
      expect(page.text).toContain(body.user_code);
      expect(page.text).toContain('name="confirm"');
    }),
    must('3.4', 'A device code is its client’s alone.', async (on) => {
      const client = await registerDevice(on);
      const { body } = await ask(on, client);
      await decide(on, body.user_code, 'confirm');
      const other = await poll(on, await registerDevice(on), body.device_code);
      expect(other.body.access_token).toBeUndefined();
      expect(other.body.error).toBe('invalid_grant');
    }),
    must('3.5', 'Before the person has decided it is authorization_pending.', async (on) => {
      const client = await registerDevice(on);
      const { body } = await ask(on, client);
      expect((await poll(on, client, body.device_code)).body.error).toBe('authorization_pending');
    }),
    must('3.5', 'Who asks too often is told slow_down.', async (on) => {
      const client = await registerDevice(on);
      const { body } = await ask(on, client);
      await poll(on, client, body.device_code);
      expect((await poll(on, client, body.device_code)).body.error).toBe('slow_down');
    }),
    must('3.5', 'A person who says no is access_denied.', async (on) => {
      const client = await registerDevice(on);
      const { body } = await ask(on, client);
      await decide(on, body.user_code, 'abort');
      expect((await poll(on, client, body.device_code)).body.error).toBe('access_denied');
    }),
    must('3.5', 'A person who says yes brings tokens, once.', async (on) => {
      const client = await registerDevice(on);
      const { body } = await ask(on, client);
      await decide(on, body.user_code, 'confirm');
      const answer = await poll(on, client, body.device_code);
      expect(answer.body).toMatchObject({ token_type: 'Bearer', id_token: expect.any(String) });
      expect((await poll(on, client, body.device_code)).body.access_token).toBeUndefined();
    }),
    unmet(
      'The hosted service answers 403, and 429 for slow_down; its SDKs read the error’s name.',
      must('3.5', 'These errors have the status 400.', async (on) => {
        const client = await registerDevice(on);
        const { body } = await ask(on, client);
        expect((await poll(on, client, body.device_code)).status).toBe(400);
      }),
    ),
    must('4', 'The endpoint and the grant are in the metadata.', async (on) => {
      const { body } = await on.discovery();
      expect(body.device_authorization_endpoint).toBe(`${on.url}/oauth/device/code`);
      expect(body.grant_types_supported).toContain(GRANT);
    }),
    must('5.2', 'A device code cannot be guessed.', async (on) => {
      const client = await registerDevice(on);
      const [one, two] = [await ask(on, client), await ask(on, client)];
      expect(one.body.device_code.length).toBeGreaterThanOrEqual(Math.ceil(128 / 6));
      expect(one.body.device_code).not.toBe(two.body.device_code);
    }),
    should('5.4', 'The page names the application, and asks to compare the code.', async (on) => {
      const client = await on.register({
        name: 'Television of the row',
        app_type: 'native',
        callbacks: [],
        grant_types: [GRANT],
        token_endpoint_auth_method: 'none',
      });
      const { body } = await ask(on, client);
      const { page } = await type(on, body.user_code);
      expect(page.text).toContain('Television of the row');
      expect(page.text).toContain(body.user_code);
    }),
    should(
      '6.1',
      'A user code has letters without vowels, in any case, hyphen or not.',
      async (on) => {
        const { body } = await ask(on, await registerDevice(on));
        expect(body.user_code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ-]+$/);
        const { page } = await type(on, body.user_code.toLowerCase().replace('-', ''));
        expect(page.text).toContain('name="confirm"');
      },
    ),
    // Last: it ends in a while without codes for this address.
    must('5.1', 'Guessing of user codes is stopped.', async (on) => {
      const visitor = on.newVisitor();
      const statuses: number[] = [];
      for (let guess = 0; guess < 25; guess += 1) {
        const { text } = await visitor.open('/activate');
        const user_code = `BCDF-GH${String.fromCharCode(66 + guess)}J`;
        statuses.push((await visitor.open('/activate', { ...hiddenOf(text), user_code })).status);
      }
      expect(statuses).toContain(429);
    }),
  ],
};
