import { afterAll, expect, test } from 'vitest';
import { createCertificate } from './support/certificate.ts';
import { describePackages, type PackageGroup, readValue } from './support/package-probes.ts';
import { startRecordingServer } from './support/recording-server.ts';
import { answerAsService, SERVICE_HOSTS } from './support/service-stand-ins.ts';

const certificate = createCertificate(SERVICE_HOSTS);
const server = await startRecordingServer(answerAsService, certificate);
afterAll(() => server[Symbol.asyncDispose]());

const SDKS: PackageGroup = {
  dependencies: {
    stripe: '23.1.0',
    twilio: '6.2.0',
    '@sendgrid/mail': '8.1.6',
    '@aws-sdk/client-ses': '3.1169.0',
    'node-ses': '3.0.3',
    mixpanel: '0.24.0',
    '@slack/web-api': '8.2.0',
  },
  probes: {
    stripe: `const Stripe = require('stripe'); const stripe = new Stripe('sk_test_1', { maxNetworkRetries: 0 });
      const customer = await stripe.customers.create({ email: 'ada@example.com', metadata: { user_id: 'u' } });
      const declined = await stripe.charges.create({ amount: 1, currency: 'usd' }).catch((error) => error.code);
      return [customer.id, declined];`,
    twilio: `const client = require('twilio')('AC1', 'token'); const message = await client.messages.create({ to: '+15005550006', from: '+15005550001', body: 'hi' }); return [message.sid, message.status];`,
    '@sendgrid/mail': `const mail = require('@sendgrid/mail'); mail.setApiKey('SG.key'); const [response] = await mail.send({ to: 'bob@example.com', from: 'ada@example.com', subject: 'Hi', text: 'Hello' }); return response.statusCode;`,
    '@aws-sdk/client-ses': `const { SESClient, SendEmailCommand } = require('@aws-sdk/client-ses');
      const client = new SESClient({ region: 'eu-west-1', credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret' } });
      const sent = await client.send(new SendEmailCommand({ Source: 'ada@example.com', Destination: { ToAddresses: ['bob@example.com'] }, Message: { Subject: { Data: 'Hi' }, Body: { Text: { Data: 'Hello' } } } })); return sent.MessageId;`,
    'node-ses': `const client = require('node-ses').createClient({ key: 'AKIA', secret: 'secret', amazon: 'https://email.eu-west-1.amazonaws.com' });
      return await new Promise((resolve, reject) => client.sendEmail({ to: 'bob@example.com', from: 'ada@example.com', subject: 'Hi', message: 'Hello' }, (error, data) => error ? reject(new Error(JSON.stringify(error))) : resolve(/ses-1/.test(data))));`,
    mixpanel: `const mixpanel = require('mixpanel').init('token', { protocol: 'https' }); await new Promise((resolve, reject) => mixpanel.track('login', { distinct_id: 'u' }, (error) => error ? reject(error) : resolve())); return true;`,
    '@slack/web-api': `const { WebClient } = require('@slack/web-api'); const client = new WebClient('xoxb-1', { retryConfig: { retries: 0 } });
      const sent = await client.chat.postMessage({ channel: 'C1', text: 'Login of Ada' }); const missing = await client.users.info({ user: 'U1' }).catch((error) => error.data?.error); return [sent.ts, missing];`,
  },
};

const GOOGLE: PackageGroup = {
  dependencies: { googleapis: '188.0.0' },
  probes: {
    googleapis: `const { google } = require('googleapis'); const { generateKeyPairSync } = require('node:crypto');
      const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
      const auth = new google.auth.JWT({ email: 'robot@example.com', key, scopes: ['https://www.googleapis.com/auth/admin.directory.group.readonly'], subject: 'admin@example.com' });
      const { data } = await google.admin({ version: 'directory_v1', auth }).groups.list({ userKey: 'ada@example.com' }); return data.groups.map((group) => group.email);`,
  },
};

/** Package, the probe's value, and what the service was sent: host, path and a part of its body or headers. */
const CALLS: readonly (readonly [
  name: string,
  value: unknown,
  arrived: readonly (readonly [host: string, path: RegExp, sent: RegExp])[],
])[] = [
  [
    'stripe',
    ['cus_1', 'card_declined'],
    [
      ['api.stripe.com', /^\/v1\/customers$/, /email=ada%40example\.com.*metadata/],
      ['api.stripe.com', /^\/v1\/charges$/, /Bearer sk_test_1/],
    ],
  ],
  ['twilio', ['SM1', 'queued'], [['api.twilio.com', /Messages\.json$/, /Body=hi/]]],
  ['@sendgrid/mail', 202, [['api.sendgrid.com', /^\/v3\/mail\/send$/, /bob@example\.com/]]],
  [
    '@aws-sdk/client-ses',
    'ses-1',
    [['email.eu-west-1.amazonaws.com', /^\/$/, /Action=SendEmail[\s\S]*AWS4-HMAC-SHA256/]],
  ],
  ['node-ses', true, [['email.eu-west-1.amazonaws.com', /^\/$/, /Action=SendEmail/]]],
  ['mixpanel', true, [['api.mixpanel.com', /^\/track/, /./]]],
  [
    '@slack/web-api',
    ['1.2', 'user_not_found'],
    [
      ['slack.com', /chat\.postMessage$/, /Bearer xoxb-1/],
      ['slack.com', /users\.info$/, /U1/],
    ],
  ],
  [
    'googleapis',
    ['staff@example.com'],
    [
      ['googleapis.com', /token$/, /jwt-bearer/],
      ['admin.googleapis.com', /^\/admin\/directory\/v1\/groups\?userKey=/, /Bearer g-token/],
    ],
  ],
];

await describePackages(
  'SDKs of services',
  {
    groups: [SDKS, GOOGLE],
    options: {
      // The SDKs call the hosts that they have built in, at the port that they always use.
      egress: {
        ownHosts: () =>
          SERVICE_HOSTS.map((host) => ({
            host,
            port: 443,
            connectTo: { host: '127.0.0.1', port: server.port },
          })),
      },
      extraCaCertificates: [certificate.ca],
    },
  },
  (probes) => {
    test.for(CALLS)('%s', async ([name, value, expected]) => {
      const before = server.arrived.length;
      const report = await probes.run(name);
      expect(readValue(report)).toEqual(value);
      const arrived = server.arrived.slice(before);
      expect(arrived).toHaveLength(expected.length);
      for (const [index, [host, path, sent]] of expected.entries()) {
        const request = arrived[index];
        expect(request?.host).toContain(host);
        expect(request?.servername).toBe(request?.host);
        expect(request?.path).toMatch(path);
        expect(`${request?.body} ${JSON.stringify(request?.headers)}`).toMatch(sent);
      }
      const recorded = report.results[0]?.requests ?? [];
      expect(recorded.map(({ host, port }) => `${host}:${port}`)).toEqual(
        arrived.map(({ host }) => `${host}:443`),
      );
      for (const { status } of recorded) expect(status).toBeGreaterThanOrEqual(200);
    });
  },
);
