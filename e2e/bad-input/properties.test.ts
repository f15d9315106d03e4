import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AUDIENCE, credentialsOf, LoginFlows } from '../login-flows.ts';
import { CALLBACK, Visitor } from '../visitor.ts';
import { hostileText } from './hostile.ts';

const RUNS = { numRuns: 25 };
/** Any text that can be encoded: UTF-8 has no halves of characters. */
const text = fc.string({ unit: 'binary', maxLength: 100 });
const UNRESERVED = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~';

/** What holds for every input of the protocol's parsers, on a real server. */
describe('properties', () => {
  let flows: LoginFlows;
  let browser: Visitor;
  let person: { readonly email: string; readonly user_id: string };

  beforeAll(async () => {
    flows = await LoginFlows.open();
    person = await flows.addPerson();
    browser = new Visitor(flows.server);
    await browser.authorize(`/authorize?${queryOf({})}`, person);
  });
  afterAll(async () => {
    await flows?.[Symbol.asyncDispose]();
  });

  function queryOf(parameters: Readonly<Record<string, string>>): URLSearchParams {
    return new URLSearchParams({
      client_id: flows.web.client_id,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'openid',
      ...parameters,
    });
  }

  async function post(path: string, type: string, body: string) {
    const answer = await flows.server.fetch(flows.server.url + path, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as object) };
  }

  test('JSON and form mean the same at the endpoints for programs', async () => {
    const value = fc.oneof(hostileText, fc.constantFrom('refresh_token', 'authorization_code'));
    const name = fc.constantFrom('grant_type', 'code', 'refresh_token', 'scope', 'audience', 'x');
    const path = fc.constantFrom('/oauth/token', '/oauth/revoke', '/oauth/par');
    await fc.assert(
      fc.asyncProperty(
        path,
        fc.dictionary(name, value, { noNullPrototype: true }),
        async (at, own) => {
          const members = { ...credentialsOf(flows.web), ...own };
          const form = String(new URLSearchParams(members));
          // JSON can say halves of characters, a form cannot: both are given what the form says.
          const same = Object.fromEntries(new URLSearchParams(form));
          expect(await post(at, 'application/json', JSON.stringify(same))).toEqual(
            await post(at, 'application/x-www-form-urlencoded', form),
          );
        },
      ),
      RUNS,
    );
  });

  test('any state comes back as it was, and adds no parameter', async () => {
    await fc.assert(
      fc.asyncProperty(
        text.filter((it) => it !== '' && !it.includes('\0')),
        async (state) => {
          const query = queryOf({ state });
          const callback = await browser.authorizeTo(`/authorize?${query}`);
          expect(callback.searchParams.get('state')).toBe(
            new URLSearchParams(String(query)).get('state'),
          );
          expect([...callback.searchParams.keys()].sort()).toEqual(['code', 'iss', 'state']);
          expect(callback.hash).toBe('');
        },
      ),
      RUNS,
    );
  });

  test('no address but the registered one gets an answer', async () => {
    const near = fc
      .tuple(fc.nat(CALLBACK.length), text)
      .map(([at, added]) => CALLBACK.slice(0, at) + added + CALLBACK.slice(at));
    const address = fc
      .oneof(near, fc.webUrl(), hostileText)
      .filter((it) => it !== CALLBACK && it !== '');
    await fc.assert(
      fc.asyncProperty(address, async (redirect_uri) => {
        const { to, status } = await browser.open(`/authorize?${queryOf({ redirect_uri })}`);
        expect(to).toBeNull();
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
      }),
      RUNS,
    );
  });

  test('a verifier is good when it has 43 to 128 unreserved characters, and is the right one', async () => {
    const verifier = fc.oneof(
      fc.string({ unit: fc.constantFrom(...UNRESERVED), minLength: 43, maxLength: 128 }),
      fc.string({ unit: fc.constantFrom(...UNRESERVED, '+', '/', '=', ' ', 'é'), maxLength: 140 }),
    );
    await fc.assert(
      fc.asyncProperty(verifier, fc.boolean(), async (own, isRight) => {
        const code_challenge = createHash('sha256').update(own).digest('base64url');
        const query = queryOf({ code_challenge, code_challenge_method: 'S256' });
        const code = (await browser.authorize(`/authorize?${query}`)).get('code') ?? '';
        const { status } = await flows.token({
          grant_type: 'authorization_code',
          ...credentialsOf(flows.web),
          code,
          redirect_uri: CALLBACK,
          code_verifier: isRight ? own : `${own.slice(1)}x`,
        });
        const isGood = isRight && /^[\w.~-]{43,128}$/.test(own);
        expect(status).toBe(isGood ? 200 : status === 400 ? 400 : 403);
      }),
      { numRuns: 25 },
    );
  });

  test('a scope that is granted was asked for and is known', async () => {
    const known = ['openid', 'profile', 'email', 'phone', 'offline_access'];
    const word = fc.oneof(fc.constantFrom(...known), fc.stringMatching(/^[!#-[\]-~]{1,12}$/));
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 6 }), async (words) => {
        const callback = await browser.authorize(
          `/authorize?${queryOf({ scope: words.join(' ') })}`,
        );
        const tokens = await flows.token({
          grant_type: 'authorization_code',
          ...credentialsOf(flows.web),
          code: callback.get('code') ?? '',
          redirect_uri: CALLBACK,
        });
        if (tokens.status !== 200) {
          expect(callback.get('error')).toBeTruthy();
          return;
        }
        for (const granted of (tokens.scope ?? '').split(' ').filter(Boolean)) {
          expect(words).toContain(granted);
          expect(known).toContain(granted);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('any wish for languages shows a page, in a language that there is', async () => {
    const tag = fc.oneof(hostileText, fc.stringMatching(/^[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8}){0,3}$/));
    await fc.assert(
      fc.asyncProperty(
        fc.array(tag, { maxLength: 5 }),
        fc.constantFrom(' ', ',', ';'),
        async (tags, by) => {
          const visitor = new Visitor(flows.server);
          const ui_locales = tags.join(by).slice(0, 4_000);
          const { to } = await visitor.open(`/authorize?${queryOf({ ui_locales })}`);
          if (to?.startsWith(CALLBACK)) return;
          const { status, text: html } = await visitor.open(to ?? '');
          expect(status).toBe(200);
          expect(html).toMatch(/<html[^>]* lang="(en|de|ar)"/);
        },
      ),
      RUNS,
    );
  });

  test('a machine’s audience is known or refused in words', async () => {
    await fc.assert(
      fc.asyncProperty(
        hostileText.filter((it) => it !== ''),
        async (audience) => {
          const form = new URLSearchParams({
            grant_type: 'client_credentials',
            ...credentialsOf(flows.machine),
            audience,
          });
          const answer = await flows.token(Object.fromEntries(form));
          expect([400, 403]).toContain(answer.status);
          expect(answer.error_description).toEqual(expect.any(String));
        },
      ),
      RUNS,
    );
    const { client_id, client_secret } = flows.machine;
    const good = { grant_type: 'client_credentials', client_id, client_secret, audience: AUDIENCE };
    expect((await flows.token(good)).status).toBe(200);
  });
});
