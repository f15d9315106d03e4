import { startTestServer } from '@tessera/testkit';
import { expect, test } from 'vitest';
import { findCode, hasSeeds, readExample } from '../seeds.ts';

const variants = [
  {
    name: 'the example',
    code: () => readExample('welcome-mail/action.js'),
    secrets: { SES_KEY: 'AKIAEXAMPLE', SES_SECRET: 'an example of a secret key' },
    // The author waits for the answer, so the refusal fails the run; retries end in the dead-letter queue.
    failed: true,
  },
  ...(hasSeeds
    ? [
        {
          name: 'code written for the hosted service',
          code: () => findCode('004', 'client.sendEmail'),
          secrets: { AWS_SES_KEY: 'AKIAEXAMPLE', AWS_SES_SECRET: 'an example of a secret key' },
          failed: false,
        },
      ]
    : []),
];

test.for(variants)(
  'a mail service that cannot be reached shows in the execution record: $name',
  async (variant) => {
    await using server = await startTestServer();
    const { management } = server;
    await management.deployAction({
      name: 'ses',
      trigger: { id: 'post-user-registration', version: 'v2' },
      code: variant.code(),
      dependencies: [{ name: 'node-ses', version: '3.0.3' }],
      secrets: variant.secrets,
    });
    const client = await management.ok('POST', 'clients', {
      name: 'Sign-up form',
      app_type: 'spa',
    });
    const answer = await server.fetch(`${server.url}/dbconnections/signup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_id: client.client_id,
        connection: 'Username-Password-Authentication',
        email: 'tove@example.com',
        password: 'correct horse battery staple 1',
      }),
    });
    expect(answer.status).toBe(200);

    const { body: logs } = await management.request('GET', 'logs?per_page=50&page=0');
    const signup = logs.find((entry: { type: string }) => entry.type === 'ss');
    const [executionId] = signup.details.actions.executions;
    const findResult = async () => {
      const { status, body } = await management.request('GET', `actions/executions/${executionId}`);
      return status === 200 ? body.results[0] : undefined;
    };
    await expect.poll(findResult, { timeout: 60_000 }).toMatchObject({
      action_name: 'ses',
      requests: [
        {
          host: 'email.us-east-1.amazonaws.com',
          error: expect.stringMatching(/ENOTFOUND|EAI_AGAIN|EACCES/),
        },
      ],
    });
    const result = await findResult();
    expect(result.error !== undefined).toBe(variant.failed);
  },
);
