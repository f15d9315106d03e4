import type { DevicePage } from '@tessera/model';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Browser, type Page } from './support/browser.ts';
import { passTime } from './support/effects.ts';
import { CLIENT_SECRET } from './support/entities.ts';
import { denied, suspended } from './support/fake-pipeline.ts';
import {
  type Answer,
  claimsOf,
  logTypesOf,
  postForm,
  postJson,
  submitLogin,
} from './support/flows.ts';
import { startOidc, type TestOidc } from './support/start-oidc.ts';

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const API = 'https://api.example.com/';
const MINUTE_MS = 60_000;

let server: TestOidc;
let adaId: string;

beforeAll(async () => {
  server = await startOidc('device_flow');
  const { main } = server;
  const tv = { grantTypes: [GRANT, 'refresh_token'], callbacks: [] };
  await main.addClient({
    ...tv,
    clientId: 'tv',
    name: 'Television',
    tokenEndpointAuthMethod: 'none',
    clientSecret: '',
  });
  await main.addClient({ ...tv, clientId: 'other' });
  await main.addClient({ ...tv, clientId: 'partner', isFirstParty: false });
  await main.addClient({ clientId: 'web' });
  await main.addApi({ identifier: API });
  adaId = (await main.addUser('ada')).userId;
  await main.addUser('mallory');
});
afterAll(() => server?.[Symbol.asyncDispose]());
afterEach(() => {
  vi.useRealTimers();
  server.pipeline.off('post-login');
  server.pipeline.runs.length = 0;
});

interface DeviceCodes {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri_complete: string;
}

async function askForCodes(form: Record<string, string> = {}): Promise<DeviceCodes> {
  const { status, body } = await postForm(`${server.main.url}/oauth/device/code`, {
    client_id: 'tv',
    scope: 'openid email',
    ...form,
  });
  expect(status).toBe(200);
  return body;
}

function poll(code: string, form: Record<string, string> = {}): Promise<Answer> {
  return postForm(`${server.main.url}/oauth/token`, {
    grant_type: GRANT,
    client_id: 'tv',
    device_code: code,
    ...form,
  });
}

const activate = () => `${server.main.url}/activate`;

/** What the page says, as the fake pages have it. */
function read(page: Page): DevicePage & { readonly csrfToken: string } {
  expect(page.body).toMatch(/^<h1>device<\/h1>/);
  return JSON.parse(page.body.slice('<h1>device</h1> '.length));
}

/** Opens the page and types a code; answers with the page that follows. */
async function type(browser: Browser, userCode: string): Promise<Page> {
  const { csrfToken } = read(await browser.get(activate()));
  return await browser.post(activate(), { xsrf: csrfToken, user_code: userCode });
}

/** From the code to where the browser is sent to log in, or to the end with an earlier session. */
async function confirm(browser: Browser, userCode: string): Promise<Page> {
  const { csrfToken } = read(await type(browser, userCode));
  const form = { xsrf: csrfToken, user_code: userCode, confirm: 'yes' };
  return await browser.post(activate(), form);
}

async function activateAs(browser: Browser, userCode: string, userId: string): Promise<Page> {
  const { location } = await confirm(browser, userCode);
  const submitted = await submitLogin(browser, location, userId);
  return await browser.follow(submitted, server.main.url);
}

describe('device flow', () => {
  test('gives a device tokens once the person has logged in elsewhere', async () => {
    const scope = 'openid email read:items offline_access';
    const codes = await askForCodes({ audience: API, scope });
    expect(codes).toMatchObject({
      device_code: expect.any(String),
      user_code: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/),
      verification_uri: `${server.main.issuer}activate`,
      verification_uri_complete: `${server.main.issuer}activate?user_code=${codes.user_code}`,
      expires_in: 900,
      interval: 5,
    });
    expect(await poll(codes.device_code)).toMatchObject({
      status: 403,
      body: { error: 'authorization_pending' },
    });
    server.pipeline.completes('post-login', { accessTokenClaims: { 'https://x.example/a': 1 } });
    const browser = new Browser();
    const asked = read(await type(browser, codes.user_code.toLowerCase()));
    expect(asked).toMatchObject({
      kind: 'confirm',
      userCode: codes.user_code,
      clientName: 'Television',
    });
    const end = await activateAs(browser, codes.user_code, adaId);
    expect(read(end)).toMatchObject({ kind: 'done', clientName: 'Television' });
    const { status, body } = await poll(codes.device_code);
    expect(status).toBe(200);
    expect(claimsOf(body.access_token)).toMatchObject({
      sub: adaId,
      azp: 'tv',
      scope,
      'https://x.example/a': 1,
    });
    expect(claimsOf(body.id_token)).toMatchObject({ sub: adaId, email: 'ada@example.com' });
    expect(server.pipeline.runs[0]?.event).toMatchObject({
      transaction: { protocol: 'oauth2-device-code', requested_scopes: scope.split(' ') },
    });
    const answer = await poll('', {
      grant_type: 'refresh_token',
      refresh_token: body.refresh_token,
    });
    expect(claimsOf(answer.body.access_token).sub).toBe(adaId);
  });

  test('uses an earlier session of the browser', async () => {
    const browser = new Browser();
    const first = await askForCodes();
    await activateAs(browser, first.user_code, adaId);
    const second = await askForCodes();
    expect(read(await confirm(browser, second.user_code)).kind).toBe('done');
    expect((await poll(second.device_code)).status).toBe(200);
  });

  test('fills in the code of the address, and asks all the same', async () => {
    const codes = await askForCodes();
    const page = await new Browser().get(codes.verification_uri_complete);
    expect(read(page)).toMatchObject({ kind: 'code', userCode: codes.user_code });
    expect(page.body).not.toContain('<script');
    expect((await poll(codes.device_code)).body.error).toBe('authorization_pending');
  });

  test('goes through redirects of Actions', async () => {
    const codes = await askForCodes();
    server.pipeline.on('post-login', ({ resume }) =>
      resume === undefined
        ? suspended('https://terms.example.com/')
        : { end: { kind: 'completed' }, effects: resume.effects },
    );
    const browser = new Browser();
    const away = await activateAs(browser, codes.user_code, adaId);
    expect(away.location?.host).toBe('terms.example.com');
    const state = away.location?.searchParams.get('state') ?? '';
    const back = await browser.get(`${server.main.url}/continue?state=${state}`);
    expect(read(await browser.follow(back, server.main.url)).kind).toBe('done');
    expect((await poll(codes.device_code)).status).toBe(200);
  });

  test('takes JSON, and refuses applications that have not got it', async () => {
    const url = `${server.main.url}/oauth/device/code`;
    expect((await postJson(url, { client_id: 'tv' })).status).toBe(200);
    const work = () => postForm(url, { client_id: 'web', client_secret: CLIENT_SECRET });
    expect((await work()).status).toBeGreaterThanOrEqual(400);
    expect(await logTypesOf(server.main, work)).toEqual(['fdeaz']);
    expect((await postForm(url, { client_id: 'nobody' })).status).toBe(401);
  });

  test('asks for consent for a third-party application', async () => {
    const codes = await askForCodes({ client_id: 'partner', client_secret: CLIENT_SECRET });
    const page = await activateAs(new Browser(), codes.user_code, adaId);
    expect(page.body).toMatch(/^<h1>consent<\/h1>/);
  });
});

describe('polling', () => {
  test('is slowed down, and a code is good once', async () => {
    const codes = await askForCodes();
    await poll(codes.device_code);
    const fast = await poll(codes.device_code);
    expect(fast).toMatchObject({ status: 429, body: { error: 'slow_down' } });
    await activateAs(new Browser(), codes.user_code, adaId);
    const answers = await Promise.all([1, 2, 3].map(() => poll(codes.device_code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const replay = await poll(codes.device_code);
    expect(replay).toMatchObject({ status: 403, body: { error: 'invalid_grant' } });
  });

  test("refuses another application's code, a made-up one, and one that has expired", async () => {
    const codes = await askForCodes();
    const foreign = { client_id: 'other', client_secret: CLIENT_SECRET };
    const invalid = { status: 403, body: { error: 'invalid_grant' } };
    expect(await poll(codes.device_code, foreign)).toMatchObject(invalid);
    expect(await poll('made-up')).toMatchObject(invalid);
    passTime(16 * MINUTE_MS);
    expect(await poll(codes.device_code)).toMatchObject({
      status: 403,
      body: { error: 'expired_token' },
    });
  });

  test('is logged when it succeeds or fails, not while the person takes their time', async () => {
    const codes = await askForCodes();
    expect(await logTypesOf(server.main, () => poll(codes.device_code))).toEqual([]);
    await activateAs(new Browser(), codes.user_code, adaId);
    expect(await logTypesOf(server.main, () => poll(codes.device_code))).toEqual(['sede']);
    expect(await logTypesOf(server.main, () => poll('made-up'))).toEqual(['fede']);
  });

  test('learns of a refusal', async () => {
    const aborted = await askForCodes();
    const browser = new Browser();
    const { csrfToken } = read(await type(browser, aborted.user_code));
    const form = { xsrf: csrfToken, user_code: aborted.user_code, abort: 'yes' };
    const abort = async () =>
      expect(read(await browser.post(activate(), form)).kind).toBe('denied');
    expect(await logTypesOf(server.main, abort)).toEqual(['fdecc']);
    const refused = { status: 403, body: { error: 'access_denied' } };
    expect(await poll(aborted.device_code)).toMatchObject(refused);

    server.pipeline.on('post-login', () => denied('not on a Sunday'));
    const codes = await askForCodes();
    const deny = async () =>
      expect(read(await activateAs(new Browser(), codes.user_code, adaId)).kind).toBe('denied');
    expect(await logTypesOf(server.main, deny)).toEqual(['f']);
    expect(await poll(codes.device_code)).toMatchObject(refused);
  });
});

test('an address gets so many device codes, each of which is a row, and no more', async () => {
  const ask = (ip: string) =>
    postForm(`${server.main.url}/oauth/device/code`, { client_id: 'tv' }, { 'x-test-ip': ip });
  // The count begins anew every ten minutes; this is the beginning.
  const window = 10 * MINUTE_MS;
  passTime(window - (Date.now() % window));
  const answers: Answer[] = [];
  for (let asked = 0; asked < 310; asked += 10) {
    answers.push(...(await Promise.all(Array.from({ length: 10 }, () => ask('203.0.113.77')))));
  }
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(300);
  const refused = answers.find(({ status }) => status !== 200);
  expect(refused).toMatchObject({ status: 429, body: { error: 'too_many_requests' } });
  expect(refused?.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  expect((await ask('203.0.113.78')).status).toBe(200);
});

describe('the activation page', () => {
  test('refuses forms without the token of this browser', async () => {
    const codes = await askForCodes();
    const form = { user_code: codes.user_code, confirm: 'yes' };
    const forged = await new Browser().post(activate(), form);
    expect(forged.status).toBe(400);
    const other = read(await new Browser().get(activate()));
    const browser = new Browser();
    await browser.get(activate());
    const foreign = await browser.post(activate(), { ...form, xsrf: other.csrfToken });
    expect(foreign.status).toBe(400);
    expect(read(foreign).kind).toBe('gone');
    expect(server.log).toEqual([]);
    expect((await poll(codes.device_code)).body.error).toBe('authorization_pending');
  });

  test('lets nobody else go on with an activation', async () => {
    const codes = await askForCodes();
    const browser = new Browser();
    const { location } = await confirm(browser, codes.user_code);
    const submitted = await submitLogin(browser, location, adaId);
    const elsewhere = await new Browser().get(submitted.location ?? '');
    expect(elsewhere.status).toBe(400);
    expect((await poll(codes.device_code)).body.error).toBe('authorization_pending');
    // The code is in use: another browser cannot take it over.
    expect(read(await type(new Browser(), codes.user_code))).toMatchObject({ problem: 'used' });
    expect(read(await browser.follow(submitted, server.main.url)).kind).toBe('done');
  });

  test('tells what is wrong with a code', async () => {
    const browser = new Browser();
    const wrong = await type(browser, 'BBBB-BBBB');
    expect(wrong.status).toBe(400);
    expect(read(wrong)).toMatchObject({ kind: 'code', problem: 'unknown' });
    expect(read(await type(browser, ''))).toMatchObject({ problem: 'missing' });
    const codes = await askForCodes();
    await activateAs(new Browser(), codes.user_code, adaId);
    expect(read(await type(browser, codes.user_code))).toMatchObject({ problem: 'used' });
    const stale = await askForCodes();
    passTime(16 * MINUTE_MS);
    expect(read(await type(new Browser(), stale.user_code))).toMatchObject({ problem: 'expired' });
  });

  test('is not for guessing: twenty wrong codes of an address, then none at all', async () => {
    const codes = await askForCodes();
    const browser = new Browser();
    const { csrfToken } = read(await browser.get(activate()));
    let last: Page | undefined;
    for (let guess = 0; guess < 25; guess += 1) {
      const token = last?.status === 400 ? read(last).csrfToken : csrfToken;
      last = await browser.post(activate(), { xsrf: token, user_code: 'ZZZZ-ZZZZ' });
      if (last.status === 429) break;
    }
    expect(last?.status).toBe(429);
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
    // Not even the right one any more.
    const right = await type(new Browser(), codes.user_code);
    expect(right.status).toBe(429);
    expect(read(right).kind).toBe('blocked');
  });
});
