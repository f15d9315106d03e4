import type { EgressRules, StoreChange, Tenant } from '@tessera/model';
import { expect, test } from 'vitest';
import { TenantPolicies } from '../src/tenant-policies.ts';

const logger = { debug() {}, info() {}, warn() {}, error() {} };

/** A store whose answers the test gives, in the order it likes. */
function openStore() {
  const readers: ((tenant: Tenant | Error) => void)[] = [];
  const listed = Promise.withResolvers<readonly Tenant[]>();
  let notify: (change: StoreChange) => void = () => {};
  const policies = new TenantPolicies({
    store: {
      tenants: {
        list: () => listed.promise,
        find: () =>
          new Promise((resolve, reject) =>
            readers.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer))),
          ),
      } as never,
      onChange: (listener) => {
        notify = listener;
        return () => {};
      },
    },
    logger,
    hostsOf: () => [],
  });
  return {
    policies,
    readers,
    list: listed.resolve,
    change: () => notify({ kind: 'tenants', tenantId: 'acme' }),
    [Symbol.dispose]: () => policies.close(),
  };
}

const withRules = (egress: EgressRules): Tenant =>
  ({ id: 'acme', name: 'acme', settings: { egress } }) as never;
const OPEN: EgressRules = { allow: ['10.0.0.0/8'], deny: [] };
const CLOSED: EgressRules = { allow: [], deny: ['*'] };

test('TenantPolicies keeps the newest rules when reads answer in another order', async () => {
  using store = openStore();
  const { policies, readers, change } = store;
  const changes: (EgressRules | undefined)[] = [];
  policies.onChange = () => changes.push(policies.egressOf('acme'));
  change();
  change();
  readers[1]?.(withRules(CLOSED));
  await expect.poll(() => changes).toEqual([CLOSED]);
  readers[0]?.(withRules(OPEN));
  change();
  readers[2]?.(withRules(CLOSED));
  await expect.poll(() => changes.length).toBe(2);
  expect(changes).toEqual([CLOSED, CLOSED]);
});

test('TenantPolicies tries a tenant again that cannot be read; its rules hold until then', async () => {
  using store = openStore();
  const { policies, readers, change } = store;
  policies.apply(withRules(CLOSED));
  change();
  readers[0]?.(new Error('connection lost'));
  await expect.poll(() => readers.length, { timeout: 10_000 }).toBe(2);
  expect(policies.egressOf('acme')).toBe(CLOSED);
  readers[1]?.(withRules(OPEN));
  await expect.poll(() => policies.egressOf('acme')).toBe(OPEN);
});

test('TenantPolicies starts with the rules of a tenant that changed while all were read', async () => {
  using store = openStore();
  const { policies, readers, change, list } = store;
  const loading = policies.load();
  change();
  readers[0]?.(withRules(CLOSED));
  await expect.poll(() => policies.egressOf('acme')).toBe(CLOSED);
  list([withRules(OPEN)]);
  await loading;
  expect(policies.egressOf('acme')).toBe(CLOSED);
});
