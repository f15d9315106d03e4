import { startTestServer } from '@tessera/testkit';
import { expect, test } from 'vitest';
import { hasBrowser, launchBrowser, openProfile, signUpInBrowser } from '../browser.ts';
import { startExpressApplication } from '../express-application.ts';
import { readBody, startHttpBackend } from '../http-backend.ts';
import { findCode, hasSeeds, readExample } from '../seeds.ts';

const AUDIENCE = 'https://shop.example.com/';
const PERSON = { email: 'grace@example.com', password: 'correct horse battery staple 1' };

const variants = [
  {
    name: 'the example',
    code: (_url: string) => readExample('notify-signup/action.js'),
    secrets: (url: string): Record<string, string> => ({ ENDPOINT: url }),
  },
  ...(hasSeeds
    ? [
        {
          name: 'code written for the hosted service',
          code: (url: string) => findCode('000', 'axios.post').replace(/'https:[^']*'/, `'${url}'`),
          secrets: (): Record<string, string> => ({}),
        },
      ]
    : []),
];

test.skipIf(!hasBrowser).for(variants)(
  'a new user is told to another system once, although the server is killed meanwhile: $name',
  async (variant) => {
    const received: { body: unknown; answered: boolean }[] = [];
    const firstRequest = Promise.withResolvers<void>();
    const delivered = Promise.withResolvers<void>();
    let isDown = true;
    await using endpoint = await startHttpBackend(async (request, response) => {
      const body: unknown = JSON.parse(await readBody(request));
      if (isDown) {
        // Accepted the connection, never answers: the run is under way when the server dies.
        firstRequest.resolve();
        return;
      }
      received.push({ body, answered: true });
      response.setHeader('content-type', 'application/json');
      response.end('{}');
      delivered.resolve();
    });
    await using server = await startTestServer({
      env: { TESSERA_EGRESS_ALLOW: `127.0.0.1:${endpoint.port}` },
    });
    const { management } = server;
    await management.ok('POST', 'resource-servers', { name: 'Shop', identifier: AUDIENCE });
    await management.deployAction({
      name: 'register-user-in-external-system',
      trigger: { id: 'post-user-registration', version: 'v2' },
      code: variant.code(`${endpoint.url}/hook`),
      dependencies: [{ name: 'axios', version: '1.21.1' }],
      secrets: variant.secrets(`${endpoint.url}/hook`),
    });
    await using application = await startExpressApplication(server, { audience: AUDIENCE });
    const browser = await launchBrowser();
    try {
      const page = await (await openProfile(browser)).newPage();
      await page.goto(`${application.url}/login`);
      await signUpInBrowser(page, PERSON);
      await page.waitForURL(`${application.url}/`);
      await firstRequest.promise;

      await server.kill();
      isDown = false;
      await server.start();
      await delivered.promise;
    } finally {
      await browser.close();
    }
    const { body: users } = await management.request('GET', `users-by-email?email=${PERSON.email}`);
    expect(received).toEqual([{ body: { userId: users[0].user_id }, answered: true }]);

    const { body: logs } = await management.request('GET', 'logs?per_page=50&page=0');
    const signup = logs.find((entry: { type: string }) => entry.type === 'ss');
    const [executionId] = signup.details.actions.executions;
    await expect
      .poll(
        async () =>
          (await management.request('GET', `actions/executions/${executionId}`)).body.status,
        {
          timeout: 20_000,
        },
      )
      .toBe('final');
    // A graceful stop waits for whatever still runs: a second delivery would have come by then.
    expect(await server.stop()).toBe(0);
    expect(received).toHaveLength(1);
  },
);
