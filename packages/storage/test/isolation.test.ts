import { expect, test } from 'vitest';
import { FACTOR_READS, FACTOR_WRITES } from './isolation/factor-attacks.ts';
import { FLOW_READS, FLOW_WRITES } from './isolation/flow-attacks.ts';
import { READS } from './isolation/reads.ts';
import { fill, REFUSED, snapshot } from './isolation/victim.ts';
import { WRITES } from './isolation/writes.ts';
import { openStorePerFile } from './open-store-per-file.ts';

const stores = openStorePerFile('isolation');

test('no read with ids of one tenant finds anything in another', async () => {
  const victim = await stores.createTenant();
  const attacker = await stores.createTenant();
  const things = await fill(victim);
  for (const [method, call, expected] of [...READS, ...FLOW_READS, ...FACTOR_READS]) {
    expect(await call(attacker, things), method).toEqual(expected);
    const inTransaction = await attacker.transaction((tx) => call(tx, things));
    expect(inTransaction, `${method} in a transaction`).toEqual(expected);
  }
});

test('no write with ids of one tenant changes anything in another', async () => {
  const victim = await stores.createTenant();
  const attacker = await stores.createTenant();
  const things = await fill(victim);
  const before = await snapshot(victim, things);
  for (const [method, call, expected] of [...WRITES, ...FLOW_WRITES, ...FACTOR_WRITES]) {
    const outcome = await call(attacker, things).catch(() => REFUSED);
    expect(outcome, method).toEqual(expected);
    expect(await snapshot(victim, things), `after ${method}`).toEqual(before);
  }
});

test('the tables above cover every method of a tenant’s store', async () => {
  const tenant = await stores.createTenant();
  // Nothing of another tenant can be named in these.
  const harmless = [
    ...['clients.create', 'resourceServers.create', 'connections.create', 'roles.create'],
    ...['signingKeys.create', 'actions.create', 'modules.create', 'logs.append'],
  ];
  const covered = new Set(
    [...READS, ...FLOW_READS, ...FACTOR_READS, ...WRITES, ...FLOW_WRITES, ...FACTOR_WRITES].map(
      ([method]) => method.split(' ')[0],
    ),
  );
  const missing = Object.entries(tenant)
    .filter(([, repository]) => typeof repository === 'object')
    .flatMap(([name, repository]) => Object.keys(repository).map((method) => `${name}.${method}`))
    .filter((method) => !covered.has(method) && !harmless.includes(method));
  expect(missing).toEqual([]);
});
