import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestManagement } from './harness/open-management.ts';

let management: TestManagement;
beforeAll(async () => {
  management = await TestManagement.open('forms');
});
afterAll(() => management[Symbol.asyncDispose]());

const field = (id: string, members: object = {}) => ({
  id,
  category: 'FIELD',
  type: 'TEXT',
  ...members,
});
const step = (id: string, next_node: string, components: object[] = []) => ({
  id,
  type: 'STEP',
  coordinates: { x: 0, y: 0 },
  config: { components, next_node },
});
const form = (members: object = {}) => ({
  name: 'Terms',
  languages: { primary: 'en' },
  nodes: [step('step_1', '$ending', [field('full_name', { required: true, label: 'Name' })])],
  start: { next_node: 'step_1', hidden_fields: [{ key: 'source', value: 'login' }] },
  ending: { resume_flow: true },
  ...members,
});

test('forms are created, read, listed, changed and deleted', async () => {
  const created = await management.ok('POST', 'forms', form());
  expect(created).toMatchObject(form());
  expect(created.id).toMatch(/^ap_[A-Za-z0-9]{22}$/);
  const path = `forms/${created.id}`;
  expect(await management.ok('GET', path)).toEqual(created);
  expect(await management.ok('GET', `${path}?hydrate=flow_count&hydrate=links`)).toEqual(created);
  const summary = {
    id: created.id,
    name: 'Terms',
    created_at: created.created_at,
    updated_at: created.updated_at,
  };
  expect(await management.ok('GET', 'forms')).toEqual([summary]);
  expect(await management.ok('GET', 'forms?include_totals=true&per_page=1')).toEqual({
    total: 1,
    start: 0,
    limit: 1,
    forms: [summary],
  });
  const changed = await management.ok('PATCH', path, { name: 'Rules', languages: null });
  expect(changed).toMatchObject({ name: 'Rules', nodes: form().nodes });
  expect(changed).not.toHaveProperty('languages');
  await management.storeOf().forms.noteSubmission(created.id, new Date('2026-03-01T10:00:00Z'));
  expect(await management.ok('GET', path)).toMatchObject({ submitted_at: '2026-03-01' });
  expect((await management.request('DELETE', path)).status).toBe(204);
  expect((await management.request('GET', path)).status).toBe(404);
  expect((await management.request('PATCH', path, { body: { name: 'x' } })).status).toBe(404);
  expect((await management.request('DELETE', path)).status).toBe(204);
});

test('a name is enough', async () => {
  expect(await management.ok('POST', 'forms', { name: 'Empty' })).toMatchObject({ name: 'Empty' });
});

describe('what nobody could fill in is refused with the reason', () => {
  const cases: [name: string, members: object, message: RegExp][] = [
    [
      'a router',
      { nodes: [{ id: 'router_1', type: 'ROUTER', config: {} }] },
      /"router_1" of the type ROUTER is not run here/,
    ],
    [
      'a flow',
      { nodes: [{ id: 'flow_1', type: 'FLOW', config: {} }] },
      /"flow_1" of the type FLOW is not run here/,
    ],
    [
      'a payment',
      { nodes: [step('step_1', '$ending', [field('pay', { type: 'PAYMENT' })])] },
      /"pay" of the type PAYMENT is not rendered here/,
    ],
    [
      'a password',
      { nodes: [step('step_1', '$ending', [field('secret', { type: 'PASSWORD' })])] },
      /"secret" of the type PASSWORD is not rendered here/,
    ],
    [
      'a redirection',
      { ending: { redirection: { target: 'https://x.example' } } },
      /api\.redirect\.sendUserTo/,
    ],
    [
      'a flow at the end',
      { ending: { after_submit: { flow_id: 'af_1' } } },
      /Flows are not run here/,
    ],
    ['a step that leads nowhere', { nodes: [step('step_1', 'step_2')] }, /no node "step_2"/],
    ['a start that leads nowhere', { start: { next_node: 'other' } }, /no node "other"/],
    [
      'a circle',
      { nodes: [step('step_1', 'step_2'), step('step_2', 'step_1')] },
      /lead back to the node "step_1"/,
    ],
    [
      'an id twice',
      { nodes: [step('step_1', '$ending', [field('a'), field('a')])] },
      /"a" is used twice/,
    ],
    [
      'an id that is none',
      { nodes: [step('step_1', '$ending', [field('<b>')])] },
      /forms-custom-identifier/,
    ],
    [
      'too many steps',
      { nodes: Array.from({ length: 21 }, (_, at) => step(`s${at}`, '$ending')) },
      /nodes/,
    ],
    ['unknown members', { flows: [] }, /flows/],
    ['a name that is too long', { name: 'x'.repeat(151) }, /name/],
    [
      'too much of everything',
      {
        nodes: Array.from({ length: 20 }, (_, at) => ({
          ...step(`s${at}`, '$ending', [
            {
              id: `t${at}`,
              category: 'BLOCK',
              type: 'RICH_TEXT',
              config: { content: 'x'.repeat(9_999) },
            },
            {
              id: `u${at}`,
              category: 'BLOCK',
              type: 'RICH_TEXT',
              config: { content: 'x'.repeat(9_999) },
            },
          ]),
        })),
        start: {},
      },
      /at most 200000 bytes/,
    ],
  ];
  test.for(cases)('%s', async ([, members, message]) => {
    const { status, body } = await management.request('POST', 'forms', { body: form(members) });
    expect(status).toBe(400);
    expect((body as { message: string }).message).toMatch(message);
  });

  test('also when a change leads there', async () => {
    const { id } = await management.ok('POST', 'forms', form());
    const { status } = await management.request('PATCH', `forms/${id}`, { body: { nodes: [] } });
    expect(status).toBe(400);
  });
});

test('a tenant has 100 forms at most', async () => {
  const store = await management.addTenant('many-forms');
  for (let at = 0; at < 100; at += 1) {
    await store.forms.create({ id: `ap_${at}`, name: 'Form', content: {} });
  }
  const { status, body } = await management.request('POST', 'forms', {
    body: { name: 'One more' },
    tenant: 'many-forms',
  });
  expect(status).toBe(400);
  expect(body).toMatchObject({ message: expect.stringContaining('100 forms') });
});

describe('risk assessments', () => {
  test('are switched on and off, and devices remembered for some days', async () => {
    const path = 'risk-assessments/settings';
    expect(await management.ok('GET', path)).toEqual({ enabled: true });
    expect(await management.ok('PATCH', path, { enabled: false })).toEqual({ enabled: false });
    expect(await management.ok('GET', `${path}/new-device`)).toEqual({ remember_for: 30 });
    expect(await management.ok('PATCH', `${path}/new-device`, { remember_for: 7 })).toEqual({
      remember_for: 7,
    });
    expect(await management.ok('GET', path)).toEqual({ enabled: false });
    for (const remember_for of [0, 366, 1.5, '7']) {
      const request = management.request('PATCH', `${path}/new-device`, { body: { remember_for } });
      expect((await request).status).toBe(400);
    }
  });

  test('addresses that are not trusted are listed', async () => {
    const path = 'risk-assessments/settings';
    const untrusted_addresses = ['192.0.2.1', '198.51.100.0/24', '2001:db8::/32'];
    expect(await management.ok('PATCH', path, { untrusted_addresses })).toMatchObject({
      untrusted_addresses,
    });
    for (const entry of ['nowhere', '192.0.2.1/33', '300.0.0.1', '']) {
      const body = { untrusted_addresses: [entry] };
      expect((await management.request('PATCH', path, { body })).status).toBe(400);
    }
    expect((await management.request('PATCH', path, { body: {} })).status).toBe(400);
    await management.ok('PATCH', path, { untrusted_addresses: [] });
    expect(await management.ok('GET', path)).not.toHaveProperty('untrusted_addresses');
  });

  test("a user's devices are forgotten", async () => {
    const user = await management.ok('POST', 'users', {
      email: 'ada@example.com',
      password: 'correct horse battery staple 1',
      connection: 'Username-Password-Authentication',
    });
    const { userDevices } = management.storeOf();
    const now = new Date();
    await userDevices.save({
      userId: user.user_id,
      deviceId: 'x',
      firstSeenAt: now,
      lastSeenAt: now,
    });
    const path = `users/${encodeURIComponent(user.user_id)}/risk-assessments/clear`;
    const clear = (connection: string) =>
      management.request('POST', path, { body: { connection, assessors: ['new-device'] } });
    expect((await clear('elsewhere')).status).toBe(404);
    expect(await userDevices.findLatest(user.user_id)).toBeDefined();
    expect((await clear('Username-Password-Authentication')).status).toBe(204);
    expect(await userDevices.findLatest(user.user_id)).toBeUndefined();
  });
});
