import { startTestServer, type TestServer } from '@tessera/testkit';
import { createRemoteJWKSet, customFetch, decodeJwt, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import {
  hasBrowser,
  launchBrowser,
  logInInBrowser,
  openProfile,
  signUpInBrowser,
} from '../browser.ts';
import { type HttpBackend, startHttpBackend } from '../http-backend.ts';
import { startOpenidClientApplication } from '../openid-client-application.ts';
import { findCode, hasSeeds, readExample } from '../seeds.ts';

const POST_LOGIN = { id: 'post-login', version: 'v3' };
const PERSON = { email: 'ada@example.com', password: 'correct horse battery staple 1' };

/** A login Action that asks a backend, as its author wrote it; only addresses and secrets are put in. */
interface Variant {
  readonly name: string;
  readonly audience: string;
  readonly claim: string;
  readonly code: (backend: HttpBackend) => string;
  readonly secrets: (
    machine: Machine,
    server: TestServer,
    backend: HttpBackend,
  ) => Record<string, string>;
}
interface Machine {
  readonly client_id: string;
  readonly client_secret: string;
}

const variants: Variant[] = [
  {
    name: 'the example',
    audience: 'https://backend.example.com/',
    claim: 'https://example.com/backend',
    code: () => readExample('enrich-token/action.js'),
    secrets: (machine, server, backend) => ({
      TOKEN_URL: `${server.url}/oauth/token`,
      CLIENT_ID: machine.client_id,
      CLIENT_SECRET: machine.client_secret,
      AUDIENCE: 'https://backend.example.com/',
      BACKEND_URL: `${backend.url}/api/users/`,
    }),
  },
];
if (hasSeeds) {
  variants.push({
    name: 'code written for the hosted service',
    audience: 'http://PostLoginApi',
    claim: 'http://test.org/extra_info',
    code: (backend) =>
      findCode('001', 'axios.post').replace('http://2adff678f535.ngrok.io', backend.url),
    secrets: (machine, server) => ({
      auth0_domain: new URL(server.url).host,
      client_id: machine.client_id,
      client_secret: machine.client_secret,
    }),
  });
}

test.skipIf(!hasBrowser).for(variants)(
  'a login carries what the backend answered in both tokens: $name',
  async (variant) => {
    const state: { server?: TestServer } = {};
    const asked: string[] = [];
    // The backend verifies the machine token against the tenant's published keys before it answers.
    await using backend = await startHttpBackend(async (request, response) => {
      try {
        const { server } = state;
        if (server === undefined) throw new Error('too early');
        const jwks = createRemoteJWKSet(new URL(`${server.url}/.well-known/jwks.json`), {
          [customFetch]: server.fetch as unknown as typeof fetch,
        });
        const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
        const { payload } = await jwtVerify(token, jwks, {
          issuer: `${server.url}/`,
          audience: variant.audience,
        });
        asked.push(
          `${request.method} ${decodeURIComponent(request.url ?? '')} as ${payload.sub} by ${payload.gty}`,
        );
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ department: 'Analytical Engines', level: 7 }));
      } catch (error) {
        response.statusCode = 401;
        response.end(String(error));
      }
    });
    await using server = await startTestServer({
      tls: true,
      env: { TESSERA_EGRESS_ALLOW: `127.0.0.1:${backend.port}` },
    });
    state.server = server;
    const { management } = server;
    await management.ok('POST', 'resource-servers', {
      name: 'Backend',
      identifier: variant.audience,
    });
    const machine = await management.ok('POST', 'clients', {
      name: 'Rule client',
      app_type: 'non_interactive',
    });
    await management.ok('POST', 'client-grants', {
      client_id: machine.client_id,
      audience: variant.audience,
      scope: [],
    });
    await management.deployAction({
      name: 'enrich-token',
      trigger: POST_LOGIN,
      code: variant.code(backend),
      dependencies: [{ name: 'axios', version: '1.21.1' }],
      secrets: variant.secrets(machine, server, backend),
    });

    await using application = await startOpenidClientApplication(server);
    const browser = await launchBrowser();
    try {
      const profile = await openProfile(browser);
      const page = await profile.newPage();
      const first = await application.logIn(page, (at) => signUpInBrowser(at, PERSON), {
        audience: variant.audience,
      });
      const answer = { department: 'Analytical Engines', level: 7 };
      expect(first.claims()?.[variant.claim]).toEqual(answer);
      expect(decodeJwt(first.access_token)[variant.claim]).toEqual(answer);
      const userId = String(first.claims()?.sub);
      expect(asked).toHaveLength(1);
      expect(asked[0]).toMatch(
        new RegExp(`^GET /api/users/.+ as ${machine.client_id}@clients by client-credentials$`),
      );

      // Another browser, another day: the same person logs in with the password.
      const other = await openProfile(browser);
      const second = await application.logIn(
        await other.newPage(),
        (at) => logInInBrowser(at, PERSON),
        {
          audience: variant.audience,
        },
      );
      expect(second.claims()?.sub).toBe(userId);
      expect(second.claims()?.[variant.claim]).toEqual(answer);

      const { body: logs } = await management.request('GET', 'logs?per_page=50&page=0');
      const login = logs.find((entry: { type: string }) => entry.type === 's');
      const [executionId] = login.details.actions.executions;
      const { body: execution } = await management.request(
        'GET',
        `actions/executions/${executionId}`,
      );
      expect(execution).toMatchObject({ trigger_id: 'post-login', status: 'final' });
      const [result] = execution.results;
      expect(result.requests.map((request: { host: string }) => request.host)).toContain(
        'localhost',
      );
      expect(JSON.stringify(execution)).not.toContain(machine.client_secret);
    } finally {
      await browser.close();
    }
  },
);
