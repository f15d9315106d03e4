import { startTestServer } from '@tessera/testkit';
import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import {
  hasBrowser,
  launchBrowser,
  logInInBrowser,
  openProfile,
  signUpInBrowser,
} from '../browser.ts';
import { startExpressApplication } from '../express-application.ts';
import { readExample } from '../seeds.ts';

const AUDIENCE = 'https://team.example.com/';
const PERSON = { email: 'bruce@example.com', password: 'correct horse battery staple 1' };
/** Addresses of well-known public services there. */
const IN_GERMANY = '193.99.144.80';
const IN_THE_US = '8.8.8.8';
const POST_LOGIN = { id: 'post-login', version: 'v3' };

test.skipIf(!hasBrowser)(
  'a first Action decides by continent, the next adds four claims, in that order',
  async () => {
    // The test is the proxy: it says where the person's request came from.
    await using server = await startTestServer({ env: { TESSERA_TRUST_PROXY: '127.0.0.1' } });
    const { management } = server;
    await management.ok('POST', 'resource-servers', { name: 'Team', identifier: AUDIENCE });
    await management.deployAction({
      name: 'Only where we are',
      trigger: POST_LOGIN,
      code: readExample('token-claims/continent.js'),
      secrets: { CONTINENTS: 'EU' },
    });
    await management.deployAction({
      name: 'Add claims',
      trigger: POST_LOGIN,
      code: readExample('token-claims/action.js').replace('Zorro', 'Batman'),
    });
    await using application = await startExpressApplication(server, { audience: AUDIENCE });
    const browser = await launchBrowser();
    try {
      const page = await (await openProfile(browser, { 'x-forwarded-for': IN_GERMANY })).newPage();
      await page.goto(`${application.url}/login`);
      await signUpInBrowser(page, PERSON);
      await page.waitForURL(`${application.url}/`);
      await page.goto(`${application.url}/tokens`);
      const tokens = JSON.parse((await page.textContent('body')) ?? '');
      expect(tokens.idToken).toMatchObject({
        secretIdentity: 'Batman',
        userAuth0Identities: [
          { provider: 'auth0', connection: 'Username-Password-Authentication', isSocial: false },
        ],
      });
      expect(decodeJwt(tokens.accessToken)).toMatchObject({
        email: PERSON.email,
        emailVerified: false,
      });

      const { body: logs } = await management.request('GET', 'logs?per_page=50&page=0');
      const login = logs.find((entry: { type: string }) => entry.type === 's');
      const [executionId] = login.details.actions.executions;
      const { body: execution } = await management.request(
        'GET',
        `actions/executions/${executionId}`,
      );
      expect(
        execution.results.map((result: { action_name: string }) => result.action_name),
      ).toEqual(['Only where we are', 'Add claims']);

      const abroad = await (await openProfile(browser, { 'x-forwarded-for': IN_THE_US })).newPage();
      await abroad.goto(`${application.url}/login`);
      await logInInBrowser(abroad, PERSON);
      await abroad.waitForURL((url) => url.href.startsWith(`${application.url}/callback`));
      expect(Object.fromEntries(new URL(abroad.url()).searchParams)).toMatchObject({
        error: 'access_denied',
        error_description: 'This service is not offered in NA.',
      });
    } finally {
      await browser.close();
    }
  },
);
