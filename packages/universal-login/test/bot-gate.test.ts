import { type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '@tessera/model';
import { afterEach, describe, expect, test } from 'vitest';
import { EMAIL, type OpenPages, openPages, PASSWORD } from './open-pages.ts';
import { fill, hidden, Visitor } from './visitor.ts';

let pages: OpenPages;
afterEach(() => pages[Symbol.asyncDispose]());

let next = 0;
async function open(botDetection: JsonObject) {
  next += 1;
  pages = await openPages(`bot-gate-${next}`, { settings: { attackProtection: { botDetection } } });
}

/** The sum of the numbers in the question. */
function solve(html: string): string {
  const question = /How much is (\d+) and (\d+) together/.exec(html);
  return String(Number(question?.[1]) + Number(question?.[2]));
}

const logIn = (browser: Visitor, html: string, password = PASSWORD) =>
  browser.post('/u/login', fill(html, { identifier: EMAIL, password }));

/** A login form as a program gets it that knows the address alone. */
async function forgeForm(browser: Visitor, path = '/u/login') {
  const state = pages.transactions.open();
  return {
    state,
    answer: await browser.post(path, { state, csrf_token: 'x', identifier: EMAIL, password: 'x' }),
  };
}

describe('the question before a login', () => {
  const ALWAYS = { challenge_password_policy: 'always', challenge_password_reset_policy: 'always' };

  test('is asked once, and leads back to the page', async () => {
    await open(ALWAYS);
    await pages.createUser();
    const browser = new Visitor(pages);
    const { answer: asked, at } = await browser.follow(
      `/u/login?state=${pages.transactions.open()}`,
    );
    expect(at).toMatch(/^\/u\/challenge\?state=/);
    const solved = await browser.post(
      '/u/challenge',
      fill(asked.body, { answer: solve(asked.body) }),
    );
    const { answer: login } = await browser.follow(String(solved.headers.location));
    expect(login.body).toContain('name="password"');
    await logIn(browser, login.body);
    expect(pages.transactions.completed).toHaveLength(1);
  });

  test.for(['/u/login', '/u/log%69n', '/u/login/password', '/u/login/identifier', '/u/signup'])(
    'cannot be passed over by posting to %s',
    async (path) => {
      await open(ALWAYS);
      const { answer } = await forgeForm(new Visitor(pages), path);
      expect([303, 404]).toContain(answer.statusCode);
      if (answer.statusCode === 303) expect(answer.headers.location).toContain('/u/challenge');
      expect(await pages.listLogs('fu', 'fp')).toHaveLength(0);
    },
  );

  test('cannot be passed over by asking for a reset', async () => {
    await open(ALWAYS);
    const { answer } = await forgeForm(new Visitor(pages), '/u/reset-password/request/people');
    expect(answer.headers.location).toContain('/u/challenge');
    expect(pages.jobs).toHaveLength(0);
  });

  test('takes each question once, and another one after a wrong answer', async () => {
    await open(ALWAYS);
    const browser = new Visitor(pages);
    const { answer: asked } = await browser.follow(`/u/login?state=${pages.transactions.open()}`);
    const wrong = await browser.post('/u/challenge', fill(asked.body, { answer: '1' }));
    expect(wrong.headers.location).toContain('/u/challenge');
    expect(wrong.headers.location).not.toContain(hidden(asked.body, 'state'));
    const late = await browser.post(
      '/u/challenge',
      fill(asked.body, { answer: solve(asked.body) }),
    );
    expect(late.statusCode).toBe(400);
  });

  test('clears its own browser alone', async () => {
    await open(ALWAYS);
    const browser = new Visitor(pages);
    const { answer: asked } = await browser.follow(`/u/login?state=${pages.transactions.open()}`);
    await browser.post('/u/challenge', fill(asked.body, { answer: solve(asked.body) }));
    const other = await new Visitor(pages).get(`/u/login?state=${pages.transactions.open()}`);
    expect(other.headers.location).toContain('/u/challenge');
  });

  test('is worth a limited number of forms', async () => {
    await open(ALWAYS);
    await pages.createUser();
    const browser = new Visitor(pages);
    const { answer: asked } = await browser.follow(`/u/login?state=${pages.transactions.open()}`);
    const solved = await browser.post(
      '/u/challenge',
      fill(asked.body, { answer: solve(asked.body) }),
    );
    const { answer: login } = await browser.follow(String(solved.headers.location));
    const statuses: number[] = [];
    for (let n = 0; n < 22; n += 1)
      statuses.push((await logIn(browser, login.body, 'x')).statusCode);
    expect(statuses.slice(0, 5)).toEqual([400, 400, 400, 400, 400]);
    expect(statuses.at(-1)).toBe(303);
  });

  test('leads nowhere but to pages of ours', async () => {
    await open(ALWAYS);
    const browser = new Visitor(pages);
    const answer = await browser.get('/u/login?state=//evil.example/%0d%0aset-cookie:x');
    const asked = await browser.get(String(answer.headers.location));
    const solved = await browser.post(
      '/u/challenge',
      fill(asked.body, { answer: solve(asked.body) }),
    );
    expect(String(solved.headers.location)).toMatch(/^\/u\/login\?/);
    expect(solved.headers['set-cookie'] ?? '').not.toContain('x=');
  });

  test('does not lead to the host of the request line', async () => {
    await open(ALWAYS);
    await pages.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = pages.app.server.address() as AddressInfo;
    const path = 'http://evil.example/u/login?state=s';
    const asked = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ host: '127.0.0.1', port, path }, resolve).on('error', reject).end();
    });
    asked.resume();
    expect(asked.statusCode).toBe(303);
    // Somebody else's browser answers the question.
    const browser = new Visitor(pages);
    const question = await browser.get(String(asked.headers.location));
    const solved = await browser.post(
      '/u/challenge',
      fill(question.body, { answer: solve(question.body) }),
    );
    expect(solved.statusCode).toBe(303);
    expect(String(solved.headers.location)).toBe('/u/login?state=s');
  });

  test.for(['/u/challenge', '/u/challenge?state=x', '/u/challenge?state=%00'])(
    '%s without a question is a page',
    async (url) => {
      await open({});
      expect((await new Visitor(pages).get(url)).statusCode).toBe(400);
    },
  );
});

describe('other policies', () => {
  test('when_risky asks an address that sends many forms', async () => {
    await open({ challenge_password_policy: 'when_risky', bot_detection_level: 'high' });
    const browser = new Visitor(pages);
    const before = await browser.get(`/u/login?state=${pages.transactions.open()}`);
    expect(before.statusCode).toBe(200);
    for (let n = 0; n < 11; n += 1) await forgeForm(new Visitor(pages));
    const after = await browser.get(`/u/login?state=${pages.transactions.open()}`);
    expect(after.headers.location).toContain('/u/challenge');
  });

  test('monitoring only tells', async () => {
    await open({ challenge_password_policy: 'always', monitoring_mode_enabled: true });
    const browser = new Visitor(pages);
    const answer = await browser.get(`/u/login?state=${pages.transactions.open()}`);
    expect(answer.statusCode).toBe(200);
    expect(await pages.listLogs('pla')).toHaveLength(1);
  });

  test('addresses of the allowlist are asked nothing', async () => {
    await open({ challenge_password_policy: 'always', allowlist: ['192.0.2.0/24'] });
    const answer = await new Visitor(pages).get(`/u/login?state=${pages.transactions.open()}`);
    expect(answer.statusCode).toBe(200);
  });
});
