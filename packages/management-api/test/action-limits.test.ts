import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestManagement } from './harness/open-management.ts';

let management: TestManagement;
let count = 0;
beforeAll(async () => {
  management = await TestManagement.open('action-limits');
});
afterAll(() => management[Symbol.asyncDispose]());

const trigger = { id: 'post-login', version: 'v3' };
const unique = (name: string) => `${name} ${++count}`;
const many = <T>(length: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length }, (_, index) => make(index));

const action = (members: object = {}) => ({
  name: unique('action'),
  supported_triggers: [trigger],
  ...members,
});
const module = (members: object = {}) => ({ name: unique('module'), code: '', ...members });

/** Members at their limit, and one beyond. The letter ä has two bytes. */
const shared: [what: string, edge: object, beyond: object][] = [
  ['100,000 bytes of code', { code: 'ä'.repeat(50_000) }, { code: `${'ä'.repeat(50_000)}x` }],
  [
    '10 dependencies',
    { dependencies: many(10, (index) => ({ name: `p${index}`, version: '1' })) },
    { dependencies: many(11, (index) => ({ name: `p${index}`, version: '1' })) },
  ],
  [
    '30 secrets',
    { secrets: many(30, (index) => ({ name: `S${index}`, value: 'v' })) },
    { secrets: many(31, (index) => ({ name: `S${index}`, value: 'v' })) },
  ],
  [
    '128 characters of a secret’s name',
    { secrets: [{ name: 'n'.repeat(128), value: 'v' }] },
    { secrets: [{ name: 'n'.repeat(129), value: 'v' }] },
  ],
  [
    '4,096 characters of a secret’s value',
    { secrets: [{ name: 'n', value: 'v'.repeat(4_096) }] },
    { secrets: [{ name: 'n', value: 'v'.repeat(4_097) }] },
  ],
  ['255 characters of a name', { name: 'n'.repeat(255) }, { name: 'n'.repeat(256) }],
  [
    '214 characters of a package’s name',
    { dependencies: [{ name: 'n'.repeat(214), version: '1' }] },
    { dependencies: [{ name: 'n'.repeat(215), version: '1' }] },
  ],
  [
    '50 characters of a package’s version',
    { dependencies: [{ name: 'n', version: '1'.repeat(50) }] },
    { dependencies: [{ name: 'n', version: '1'.repeat(51) }] },
  ],
];
const ofActions: typeof shared = [
  [
    '100 rules in each list of an action’s egress',
    { egress: { allow: many(100, () => 'a.example'), deny: many(100, () => 'b.example') } },
    { egress: { allow: many(101, () => 'a.example') } },
  ],
  [
    '270 characters of an egress rule',
    { egress: { allow: [`*.${'a'.repeat(62)}.example:443`] } },
    { egress: { allow: ['a'.repeat(271)] } },
  ],
];

describe.for([
  ['actions/actions', action, [...shared, ...ofActions]],
  ['actions/modules', module, shared],
] as const)('POST and PATCH %s', ([path, make, cases]) => {
  test.for(cases)('take %s, and not one more', async ([, edge, beyond]) => {
    const { name = unique('other'), ...members } = edge as { name?: string };
    const created = await management.ok('POST', path, { ...make(), ...members, name });
    await management.ok('PATCH', `${path}/${created.id}`, members);
    for (const [method, target, body] of [
      ['POST', path, { ...make(), ...beyond }],
      ['PATCH', `${path}/${created.id}`, beyond],
    ] as const) {
      const answer = await management.request(method, target, { body });
      expect([method, answer.status, answer.body.errorCode]).toEqual([method, 400, 'invalid_body']);
      // What was wrong is named, never a secret's value.
      expect(answer.body.message).toContain('Payload validation error');
      expect(answer.text).not.toContain('v'.repeat(4_096));
    }
    expect((await management.ok('GET', `${path}/${created.id}`)).name).toBe(name);
  });
});

test('an action uses 3 modules, and not one more', async () => {
  const modules = [];
  for (let index = 0; index < 4; index += 1) {
    const { id, latest_version } = await management.ok(
      'POST',
      'actions/modules',
      module({ publish: true }),
    );
    modules.push({ module_id: id, module_version_id: latest_version.id });
  }
  const three = { modules: modules.slice(0, 3) };
  const { id } = await management.ok('POST', 'actions/actions', action(three));
  const path = `actions/actions/${id}`;
  for (const [method, target, body] of [
    ['POST', 'actions/actions', action({ modules })],
    ['PATCH', path, { modules }],
    ['PATCH', path, { modules: [modules[0], modules[0]] }],
  ] as const) {
    expect((await management.request(method, target, { body })).status).toBe(400);
  }
  expect((await management.ok('GET', path)).modules).toHaveLength(3);
});

test('a tenant has 100 modules, and not one more', async () => {
  const tenant = 'full-of-modules';
  const store = await management.addTenant(tenant);
  for (let index = 0; index < 99; index += 1) {
    const content = { code: '', dependencies: [], secrets: [] };
    await store.modules.create({ ...content, id: crypto.randomUUID(), name: `m${index}` });
  }
  await management.ok('POST', 'actions/modules', module(), tenant);
  const answer = await management.request('POST', 'actions/modules', {
    body: module({ publish: true }),
    tenant,
  });
  expect(answer.body).toMatchObject({
    statusCode: 400,
    message: 'The tenant has reached its limit of 100 action modules.',
  });
  expect(await store.modules.count()).toBe(100);
});

describe('egress of an action', () => {
  const egress = { allow: ['api.example.com', '*.example.org:443', '10.0.0.0/8'], deny: ['::1'] };

  test('is answered when set, part of versions, of what differs, and of runs', async () => {
    const created = await management.ok('POST', 'actions/actions', action({ egress }));
    expect(created.egress).toEqual(egress);
    const path = `actions/actions/${created.id}`;
    const version = await management.ok('POST', `${path}/deploy`);
    expect(version.egress).toEqual(egress);
    expect(await management.ok('GET', path)).toMatchObject({
      egress,
      all_changes_deployed: true,
      deployed_version: { egress },
    });
    await management.ok('POST', `${path}/test`, { payload: {} });
    expect(management.runner.requests.at(-1)?.actions[0]?.egress).toEqual(egress);

    const changed = await management.ok('PATCH', path, { egress: { deny: ['bad.example'] } });
    expect(changed).toMatchObject({
      egress: { allow: [], deny: ['bad.example'] },
      all_changes_deployed: false,
    });
    expect((await management.ok('PATCH', path, { code: '// x' })).egress).toBeDefined();
    const removed = await management.ok('PATCH', path, { egress: null });
    expect(removed).not.toHaveProperty('egress');
    expect(removed.deployed_version.egress).toEqual(egress);
    await management.ok('POST', `${path}/versions/${version.id}/deploy`, { update_draft: true });
    expect((await management.ok('GET', path)).egress).toEqual(egress);
  });

  test('without a rule is none', async () => {
    const created = await management.ok('POST', 'actions/actions', action({ egress: {} }));
    expect(created).not.toHaveProperty('egress');
  });

  test('that is written as a URL is refused with what to write', async () => {
    const body = action({ egress: { allow: ['http://db.example/x'] } });
    expect((await management.request('POST', 'actions/actions', { body })).body.message).toContain(
      '"http://db.example/x" is no egress rule: it is a URL; write the host alone.',
    );
  });

  test.for([
    'https://example.com',
    'example.com/path',
    'example.com:0',
    'example.com:65536',
    'example.com:http',
    '*',
    '*.*.example',
    'exa mple.com',
    '-a.example',
    '10.0.0.0/33',
    '10.0.0/8',
    '::/129',
    '256.1.1.1',
    '010.1.1.1',
    '2130706433',
    '0x7f.1',
    '1.2.3',
    '[::1',
    ':::',
    '::ffff:10.0.0.0/40',
    'fe80::1%eth0',
    'bücher.example',
  ])('refuses the rule %s by name', async (rule) => {
    const body = action({ egress: { allow: ['ok.example'], deny: ['ok.example', rule] } });
    const answer = await management.request('POST', 'actions/actions', { body });
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain(`"${rule}" is no egress rule`);
    expect(answer.body.message).toContain('on property egress.deny[1]');
  });

  test.for([
    'localhost',
    'a_b.example',
    'xn--bcher-kva.example',
    '*.example.com:8080',
    '192.0.2.7',
    '192.0.2.7:5432',
    '0.0.0.0/0',
    '::/0',
    '[fd00::1]:5432',
    '[fd00::]/8:443',
    'fd00::1',
    '::ffff:192.0.2.7',
    'EXAMPLE.com',
  ])('takes the rule %s', async (rule) => {
    const created = await management.ok(
      'POST',
      'actions/actions',
      action({ egress: { allow: [rule] } }),
    );
    expect(created.egress.allow).toEqual([rule]);
    await management.ok('DELETE', `actions/actions/${created.id}`);
  });
});

test('drafts for triggers that never run here say so when they are tested', async () => {
  for (const id of ['mcp-tool', 'password-hash-migration']) {
    const created = await management.ok(
      'POST',
      'actions/actions',
      action({ supported_triggers: [{ id }] }),
    );
    const answer = await management.request('POST', `actions/actions/${created.id}/test`, {
      body: { payload: {} },
    });
    expect(answer.body).toMatchObject({
      statusCode: 400,
      message: `Actions for the trigger ${id} never run on this server, so their drafts cannot be tested.`,
    });
  }
});
