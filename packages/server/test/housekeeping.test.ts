import { createTestTenant, openTestStore } from '@tessera/testkit';
import { expect, test } from 'vitest';
import { parseConfig } from '../src/config.ts';
import { DEVICE_RETENTION_DAYS, startHousekeeping } from '../src/housekeeping.ts';

const NOW = new Date('2026-11-21T10:00:00.000Z');
const DAY_MS = 86_400_000;
const logger = { debug() {}, info() {}, warn() {}, error() {} };

const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * DAY_MS);

test('startHousekeeping() deletes records and entries that are older than they are kept, of every tenant', async () => {
  await using opened = await openTestStore('housekeeping');
  const other = await createTestTenant(opened.store, 'other');
  const tenants = [opened.tenant.id, other.id].map((id) => opened.store.tenant(id));
  for (const { executions, logs } of tenants) {
    for (const days of [1, 2.9, 3.1, 40]) {
      const date = daysAgo(days);
      const times = { createdAt: date, updatedAt: date };
      await executions.save({
        id: `age-${days}`,
        triggerId: 'post-login',
        status: 'final',
        results: [],
        ...times,
      });
      await logs.append({ date, type: 's', description: `age-${days}` });
    }
  }
  const housekeeping = startHousekeeping({
    store: opened.store,
    clock: { now: () => NOW },
    logger,
    executionRetentionDays: 3,
    logRetentionDays: 30,
    outboxRetentionDays: 30,
    intervalMs: 20,
  });
  const listKept = () =>
    Promise.all(
      tenants.map(async ({ executions, logs }) => ({
        executions: (
          await Promise.all([1, 2.9, 3.1, 40].map((days) => executions.find(`age-${days}`)))
        ).flatMap((found) => found?.id ?? []),
        logs: (await logs.list({ page: 0, perPage: 10 })).items.map((entry) => entry.description),
      })),
    );
  const kept = {
    executions: ['age-1', 'age-2.9'],
    logs: expect.toSatisfy((found: string[]) => found.length === 3 && !found.includes('age-40')),
  };
  await expect.poll(listKept, { timeout: 20_000 }).toEqual([kept, kept]);
  await housekeeping.stop();
});

test('startHousekeeping() deletes messages of the outbox that are older than they are kept', async () => {
  await using opened = await openTestStore('housekeeping-outbox');
  const { outbox } = opened.store.tenant(opened.tenant.id);
  await outbox.create({
    ...{ id: 'msg_1', channel: 'email', to: 'ada@example.com', template: 'reset_email' },
    ...{ status: 'kept', content: { code: '1' } },
  });
  const listIds = async () =>
    (await outbox.list({ page: 0, perPage: 10 })).items.map(({ id }) => id);
  for (const [days, kept] of [
    [2, ['msg_1']],
    [4, []],
  ] as const) {
    let rounds = 0;
    const now = () => {
      rounds += 1;
      return new Date(Date.now() + days * DAY_MS);
    };
    const housekeeping = startHousekeeping({
      ...{ store: opened.store, clock: { now }, logger, intervalMs: 20 },
      ...{ executionRetentionDays: 3, logRetentionDays: 3, outboxRetentionDays: 3 },
    });
    // The second round begins when the first is over.
    await expect.poll(() => rounds, { timeout: 20_000 }).toBeGreaterThan(1);
    await housekeeping.stop();
    expect(await listIds()).toEqual(kept);
  }
});

test('startHousekeeping() goes on with the other rows and the other tenants when it fails with some', async () => {
  await using opened = await openTestStore('housekeeping-failure');
  const others = ['before', 'behind'].map((name) => createTestTenant(opened.store, name));
  const ids = [opened.tenant.id, ...(await Promise.all(others)).map(({ id }) => id)];
  // Rows of every tenant but the last one refuse to go.
  await opened.store.tenant(opened.tenant.id).transaction(({ sql }) =>
    sql.executeSql(
      `create function refuse() returns trigger language plpgsql as $$ begin raise 'refused'; end $$;
       create trigger refuse before delete on executions for each row
         when (old.tenant_id <> '${ids.at(-1)}') execute function refuse();`,
    ),
  );
  const date = daysAgo(40);
  for (const id of ids) {
    const { executions, logs } = opened.store.tenant(id);
    const times = { createdAt: date, updatedAt: date };
    const record = { triggerId: 'post-login', status: 'final', results: [] } as const;
    await executions.save({ id: 'old', ...record, ...times });
    await logs.append({ date, type: 's', description: 'old' });
  }
  const warnings: object[] = [];
  let rounds = 0;
  const now = () => {
    rounds += 1;
    return NOW;
  };
  const housekeeping = startHousekeeping({
    ...{ store: opened.store, clock: { now }, intervalMs: 20 },
    logger: { ...logger, warn: (fields) => warnings.push(fields) },
    ...{ executionRetentionDays: 3, logRetentionDays: 3, outboxRetentionDays: 3 },
  });
  // The second round begins when the first is over.
  await expect.poll(() => rounds, { timeout: 20_000 }).toBeGreaterThan(1);
  await housekeeping.stop();
  const kept = await Promise.all(
    ids.map(async (id) => {
      const { executions, logs } = opened.store.tenant(id);
      const entries = await logs.list({ page: 0, perPage: 10 });
      return [(await executions.find('old'))?.id, entries.items.length];
    }),
  );
  expect(kept).toEqual([
    ['old', 0],
    ['old', 0],
    [undefined, 0],
  ]);
  // Each failure is told once a round, with what failed and whose it was.
  const firstRound = warnings.slice(0, 2);
  expect(firstRound).toEqual(
    expect.arrayContaining(
      ids.slice(0, 2).map((tenantId) => ({ tenantId, rows: 'executions', err: expect.any(Error) })),
    ),
  );
  expect(warnings.length).toBeLessThanOrEqual(2 * rounds);
});

test('startHousekeeping() forgets browsers that nobody has used for longer than their cookie lives', async () => {
  await using opened = await openTestStore('housekeeping-browsers');
  const { connections, users, userDevices } = opened.store.tenant(opened.tenant.id);
  await connections.create({
    ...{ id: 'con_1', name: 'db', strategy: 'auth0', enabledClients: [], realms: ['db'] },
    ...{ isDomainConnection: false, metadata: {}, options: {} },
  });
  const identity = { connection: 'db', provider: 'auth0', userId: 'ada', isSocial: false };
  const { userId } = await users.create({
    ...{ userId: 'auth0|ada', email: 'ada@example.com', emailVerified: true, blocked: false },
    ...{ identities: [identity], userMetadata: {}, appMetadata: {} },
  });
  const ages = { today: 0, 'a year ago': 365, long: DEVICE_RETENTION_DAYS + 0.1 };
  for (const [deviceId, days] of Object.entries(ages)) {
    const at = daysAgo(days);
    await userDevices.save({ userId, deviceId, firstSeenAt: daysAgo(500), lastSeenAt: at });
  }
  const housekeeping = startHousekeeping({
    ...{ store: opened.store, clock: { now: () => NOW }, logger, intervalMs: 20 },
    ...{ executionRetentionDays: 3, logRetentionDays: 3, outboxRetentionDays: 3 },
  });
  await expect.poll(() => userDevices.find(userId, 'long'), { timeout: 20_000 }).toBeUndefined();
  await housekeeping.stop();
  expect(await userDevices.find(userId, 'today')).toBeDefined();
  expect(await userDevices.find(userId, 'a year ago')).toBeDefined();
});

test('parseConfig() keeps records 10 days unless it is told otherwise, and 1 to 365 at all', () => {
  expect(parseConfig({})).toMatchObject({ executionRetentionDays: 10, logRetentionDays: 10 });
  const env = { TESSERA_EXECUTION_RETENTION_DAYS: '365', TESSERA_LOG_RETENTION_DAYS: '1' };
  expect(parseConfig(env)).toMatchObject({ executionRetentionDays: 365, logRetentionDays: 1 });
  for (const days of ['0', '366', '1.5', 'ever']) {
    expect(() => parseConfig({ TESSERA_EXECUTION_RETENTION_DAYS: days })).toThrow(
      'TESSERA_EXECUTION_RETENTION_DAYS is not valid: must be a whole number of days from 1 to 365.',
    );
  }
});

test('parseConfig() traces where the standard variables say so, and only then', () => {
  expect(parseConfig({}).tracing).toBeUndefined();
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318/' };
  expect(parseConfig({ ...endpoint, OTEL_SDK_DISABLED: 'true' }).tracing).toBeUndefined();
  expect(parseConfig({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }).tracing).toBeUndefined();
  const env = {
    ...endpoint,
    OTEL_SERVICE_NAME: '',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=prod',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%2Cb',
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.25',
  };
  expect(parseConfig(env).tracing).toEqual({
    url: 'http://127.0.0.1:4318/v1/traces',
    headers: { 'x-key': 'a,b' },
    resource: { 'service.name': 'tessera', 'deployment.environment.name': 'prod' },
    sampler: { kind: 'traceidratio', ratio: 0.25, isParentBased: true },
    delayMs: 5_000,
  });
  expect(() => parseConfig({ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toThrow(
    'OTEL_EXPORTER_OTLP_PROTOCOL',
  );
  expect(() => parseConfig({ ...endpoint, OTEL_EXPORTER_OTLP_HEADERS: 'secret' })).toThrow(
    /^(?!.*secret).*OTEL_EXPORTER_OTLP_HEADERS/,
  );
});
