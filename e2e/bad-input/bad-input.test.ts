import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import type { Response } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LoginFlows } from '../login-flows.ts';
import { ALL_GRANTS, ENDPOINTS, type Endpoint, openTarget, type Target } from './endpoints.ts';
import { CONTENT_TYPES, headerText, hostileJson, spoil, spoilings } from './hostile.ts';

/** Requests of each kind that each endpoint gets; found mistakes are told with a seed to repeat them. */
const RUNS = { numRuns: 6 };
const ROOT = resolve(import.meta.dirname, '../..');
const FORM = 'application/x-www-form-urlencoded';

describe('bad input', () => {
  let flows: LoginFlows;
  let target: Target;

  beforeAll(async () => {
    flows = await LoginFlows.open();
    const { management } = flows.server;
    await management.ok('PATCH', `clients/${flows.web.client_id}`, { grant_types: ALL_GRANTS });
    for (const strategy of ['email', 'sms']) {
      const enabled_clients = [flows.web.client_id];
      await management.ok('POST', 'connections', { name: strategy, strategy, enabled_clients });
    }
    target = await openTarget(flows);
  });
  afterAll(async () => {
    await flows?.[Symbol.asyncDispose]();
  });

  async function send(
    { method, path, reader }: Endpoint,
    request: { query?: string; body?: string | Uint8Array; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const { cookies } = target.visitor;
    const query = request.query === undefined || request.query === '' ? '' : `?${request.query}`;
    return await flows.server.fetch(`${flows.server.url}${path}${query}`, {
      method,
      headers: {
        accept: reader === 'person' ? 'text/html,*/*;q=0.8' : 'application/json',
        cookie: [...cookies].map((pair) => pair.join('=')).join('; '),
        ...request.headers,
      },
      ...(request.body === undefined ? {} : { body: request.body }),
    });
  }

  /** An answer that says what was wrong, to the kind of reader that asked. */
  async function expectAnswer(answer: Response, { reader }: Endpoint): Promise<void> {
    const text = await answer.text();
    const shown = `${answer.status}: ${text.slice(0, 300)}`;
    expect(answer.status, shown).toBeLessThan(500);
    expect(answer.headers.getSetCookie().join(), shown).not.toContain('hacked');
    expect(text, shown).not.toMatch(/<script>alert|<img src=x| at \w+ \(|node_modules|SELECT /);
    // Nobody fills in a form of that size; what sends it is a program.
    if (text === '' || answer.status < 400 || answer.status === 413) return;
    if (reader === 'program') expect(() => JSON.parse(text) as unknown, shown).not.toThrow();
    else expect(answer.headers.get('content-type'), shown).toMatch(/text\/(html|plain)/);
  }

  const nameOf = ({ method, path, of }: Endpoint) => `${method} ${path}${of ? ` (${of})` : ''}`;

  describe.for(ENDPOINTS.map((endpoint) => [nameOf(endpoint), endpoint] as const))(
    '%s',
    ([, endpoint]) => {
      test('is there', async () => {
        const query = String(new URLSearchParams(endpoint.members(target)));
        const inQuery = endpoint.method === 'GET';
        const answer = await send(endpoint, {
          ...(inQuery ? { query } : { body: query, headers: { 'content-type': FORM } }),
        });
        expect(answer.status).not.toBe(404);
        await expectAnswer(answer, endpoint);
      });

      test('takes members that are missing, repeated, unknown or hostile', async () => {
        const members = endpoint.members(target);
        await fc.assert(
          fc.asyncProperty(spoilings(Object.keys(members)), async (spoiling) => {
            const pairs = spoil(members, spoiling).map(([name, value]) => [name, value]);
            const query = String(new URLSearchParams(pairs as [string, string][]));
            const answer = await send(
              endpoint,
              endpoint.method === 'GET'
                ? { query: query.slice(0, 12_000) }
                : { body: query, headers: { 'content-type': FORM } },
            );
            await expectAnswer(answer, endpoint);
          }),
          RUNS,
        );
      });

      test('takes queries that are no queries', async () => {
        const bytes = fc.stringMatching(/^[!-~]{0,80}$/).map((text) => text.replaceAll('#', '%'));
        await fc.assert(
          fc.asyncProperty(bytes, async (query) => {
            await expectAnswer(await send(endpoint, { query }), endpoint);
          }),
          RUNS,
        );
      });

      test('takes headers that no browser sends', async () => {
        const header = fc.constantFrom(
          'cookie',
          'authorization',
          'accept-language',
          'user-agent',
          'origin',
          'referer',
          'x-forwarded-for',
          'auth0-client',
        );
        await fc.assert(
          fc.asyncProperty(header, headerText, async (name, value) => {
            const query = String(new URLSearchParams(endpoint.members(target)));
            const headers = { [name]: value.trim() };
            const answer = await send(
              endpoint,
              endpoint.method === 'GET'
                ? { query, headers }
                : { body: query, headers: { 'content-type': FORM, ...headers } },
            );
            await expectAnswer(answer, endpoint);
          }),
          RUNS,
        );
      });

      if (endpoint.method === 'GET') return;
      test('takes JSON of any shape', async () => {
        const names = Object.keys(endpoint.members(target));
        await fc.assert(
          fc.asyncProperty(hostileJson(names), async (body) => {
            const headers = { 'content-type': 'application/json' };
            await expectAnswer(await send(endpoint, { body, headers }), endpoint);
          }),
          RUNS,
        );
      });

      test('takes bodies that are nothing of the kind', async () => {
        const type = fc.constantFrom(...CONTENT_TYPES);
        const bytes = fc.uint8Array({ maxLength: 300 });
        await fc.assert(
          fc.asyncProperty(type, bytes, async (contentType, body) => {
            const headers = { 'content-type': contentType };
            await expectAnswer(await send(endpoint, { body, headers }), endpoint);
          }),
          RUNS,
        );
      });

      test('refuses what is too large, with a word', async () => {
        const members = endpoint.members(target);
        for (const size of [60_000, 2_000_000]) {
          const form = new URLSearchParams({ ...members, padding: 'x'.repeat(size) });
          const answer = await send(endpoint, {
            body: String(form),
            headers: { 'content-type': FORM },
          });
          // Some look at who asks before they read.
          expect([400, 401, 413]).toContain(answer.status);
          await expectAnswer(answer, endpoint);
        }
      });
    },
  );

  test('every page and endpoint of the login has a row', () => {
    const sources = globSync('packages/universal-login/src/**/*.ts', { cwd: ROOT });
    expect(sources.length).toBeGreaterThan(20);
    const routes = sources.flatMap((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8');
      const found = text.matchAll(/\bapp\.(get|post|delete)(?:<[^(]*>)?\(\s*'([^']+)'/g);
      return [...found].map(([, method = '', path = '']) => `${method.toUpperCase()} ${path}`);
    });
    const rows = new Set(ENDPOINTS.map(({ method, path }) => `${method} ${path}`));
    const missing = routes.filter((route) => !route.includes(':') && !rows.has(route));
    expect(missing).toEqual([]);
  });

  test('the server has logged no failure of its own', () => {
    const failures = flows.server
      .output()
      .split('\n')
      .filter((line: string) => /"level":(50|60)|"level":"(error|fatal)"/.test(line));
    expect(failures.slice(0, 5)).toEqual([]);
  });
});
