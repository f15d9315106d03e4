import { once } from 'node:events';
import { join } from 'node:path';
import type {} from '@tessera/testkit';
import { SMTPServer } from 'smtp-server';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { createCertificate } from './support/certificate.ts';
import { listen } from './support/listen.ts';
import { describePackages, type PackageGroup, readValue } from './support/package-probes.ts';
import { startPostgresRelay } from './support/postgres-relay.ts';
import { redisProgram, startRedisServer } from './support/redis-server.ts';

const certificate = createCertificate(['smtp.test', 'db.test']);
const PASSWORD = 'correct horse';

/** What the mail server was handed. */
const mails: { readonly to: readonly string[]; readonly secure: boolean; readonly text: string }[] =
  [];
const smtp = new SMTPServer({
  ...certificate,
  authOptional: false,
  onAuth: ({ username, password }, _session, done) =>
    password === PASSWORD ? done(null, { user: username }) : done(new Error('wrong password')),
  onData: (stream, session, done) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const to = session.envelope.rcptTo.map(({ address }) => address);
      mails.push({ to, secure: session.secure, text: Buffer.concat(chunks).toString('utf8') });
      done();
    });
  },
});
let smtpConnections = 0;
smtp.server.on('connection', () => {
  smtpConnections += 1;
});
const smtpPort = await listen(smtp.server);

const { host: socketDirectory, port: socketPort, user } = inject('tesseraTestDatabase');
const socketPath = join(socketDirectory ?? '', `.s.PGSQL.${socketPort ?? 5432}`);
const postgres = await startPostgresRelay(socketPath);
const securePostgres = await startPostgresRelay(socketPath, certificate);
const redis = redisProgram === undefined ? undefined : await startRedisServer(PASSWORD);

afterAll(async () => {
  const closed = once(smtp.server, 'close');
  smtp.close();
  await closed;
  for (const server of [postgres, securePostgres, redis]) await server?.[Symbol.asyncDispose]();
});

const CLIENTS: PackageGroup = {
  dependencies: { nodemailer: '10.6.0', pg: '8.23.1', ioredis: '6.0.0' },
  head: `const nodemailer = require('nodemailer'); const pg = require('pg'); const Redis = require('ioredis');
    let mailer; let redis; const pools = {};
    const poolOf = ({ port, ssl }) => pools[port] ??= new pg.Pool({ host: 'db.test', port, user: '${user}', database: 'postgres', max: 1, idleTimeoutMillis: 0, ...(ssl ? { ssl: { rejectUnauthorized: true } } : {}) });
    const redisAt = (port) => redis ??= new Redis({ host: 'redis.test', port, password: '${PASSWORD}', maxRetriesPerRequest: 1 });`,
  probes: {
    nodemailer: `mailer ??= nodemailer.createTransport({ host: 'smtp.test', port: input.port, pool: true, maxConnections: 1, requireTLS: true, auth: { user: 'ada', pass: '${PASSWORD}' } });
      const sent = await mailer.sendMail({ from: 'ada@example.com', to: 'bob@example.com', subject: 'Grüße', text: input.text, attachments: [{ filename: 'a.bin', content: Buffer.alloc(200000, 1) }] });
      return [sent.accepted, sent.response.slice(0, 3)];`,
    'nodemailer, a wrong password': `const other = nodemailer.createTransport({ host: 'smtp.test', port: input.port, auth: { user: 'ada', pass: 'wrong' } });
      try { await other.sendMail({ from: 'a@example.com', to: 'b@example.com', text: 'x' }); return 'sent'; } catch (error) { return error.code; }`,
    pg: `const { rows } = await poolOf(input).query('SELECT $1::int + 1 AS sum, pg_backend_pid() AS backend, $2::jsonb AS json', [41, { a: [1] }]); return rows[0];`,
    'pg, a large result': `const { rows } = await poolOf(input).query("SELECT repeat('x', 1000) AS text FROM generate_series(1, 5000)"); return rows.length * rows[0].text.length;`,
    'pg, an error': `try { await poolOf(input).query('SELECT nothing'); return 'done'; } catch (error) { return error.code; }`,
    ioredis: `const client = redisAt(input.port); const multi = await client.multi().set('name', 'Ada').expire('name', 60).get('name').exec();
      await client.lpush('list', ...Array.from({ length: 1000 }, (_, index) => 'item ' + index)); const length = await client.llen('list'); await client.del('list');
      const info = await client.client('ID'); return { value: multi[2][1], length, id: info };`,
  },
};

await describePackages(
  'clients of servers inside the operator’s network',
  {
    groups: [CLIENTS],
    options: {
      egress: {
        allow: ['smtp.test', 'db.test', 'redis.test'],
        deny: [],
        resolve: async () => ['127.0.0.1'],
      },
      extraCaCertificates: [certificate.ca],
    },
  },
  (probes) => {
    test('nodemailer sends mail with STARTTLS over one connection for several runs', async () => {
      const before = smtpConnections;
      for (const text of ['first run', 'second run']) {
        const report = await probes.run('nodemailer', { port: smtpPort, text });
        expect(readValue(report)).toEqual([['bob@example.com'], '250']);
        const [mail] = mails.slice(-1);
        expect(mail).toMatchObject({ to: ['bob@example.com'], secure: true });
        expect(mail?.text).toContain(text);
        const [request, ...others] = report.results[0]?.requests ?? [];
        expect(others).toEqual([]);
        expect(request).toMatchObject({ host: 'smtp.test', port: smtpPort });
        expect(request?.bytesSent).toBeGreaterThan(200_000);
      }
      expect(smtpConnections - before).toBe(1);
    });

    test('nodemailer tells a refused password', async () => {
      expect(await probes.call('nodemailer, a wrong password', { port: smtpPort })).toBe('EAUTH');
    });

    describe.for([
      ['without TLS', postgres, false],
      ['with TLS', securePostgres, true],
    ] as const)('pg %s', ([, relay, ssl]) => {
      const input = { port: relay.port, ssl };

      test('queries, and serves later runs from the connection of its Pool', async () => {
        const before = relay.connections;
        const tenantId = `pg ${ssl}`;
        const backends = new Set<unknown>();
        for (const _run of [1, 2, 3]) {
          const report = await probes.run('pg', input, { tenantId });
          const row = readValue(report) as { readonly backend: number };
          expect(row).toMatchObject({ sum: 42, json: { a: [1] } });
          backends.add(row.backend);
          const [request, ...others] = report.results[0]?.requests ?? [];
          expect(others).toEqual([]);
          expect(request).toMatchObject({ host: 'db.test', port: relay.port });
          expect(request?.bytesSent).toBeGreaterThan(50);
          expect(request?.bytesReceived).toBeGreaterThan(50);
        }
        expect(backends.size).toBe(1);
        expect(relay.connections - before).toBe(1);
      });

      test('carries large results, and the errors of the server', async () => {
        expect(await probes.call('pg, a large result', input)).toBe(5_000_000);
        expect(await probes.call('pg, an error', input)).toBe('42703');
      });
    });

    test.skipIf(redis === undefined)(
      'ioredis logs in, pipelines, and serves later runs from its connection (needs redis-server)',
      async () => {
        const input = { port: redis?.port ?? 0 };
        const [first, second] = [
          await probes.run('ioredis', input),
          await probes.run('ioredis', input),
        ];
        expect(readValue(first)).toMatchObject({ value: 'Ada', length: 1000 });
        expect(readValue(second)).toEqual(readValue(first));
        for (const { results } of [first, second]) {
          expect(results[0]?.requests).toMatchObject([{ host: 'redis.test', port: input.port }]);
          expect(results[0]?.requests[0]?.bytesSent).toBeGreaterThan(10_000);
        }
      },
    );
  },
);
