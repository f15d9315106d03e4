import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RequestOptions, TestManagement } from './harness/open-management.ts';

let management: TestManagement;
beforeAll(async () => {
  management = await TestManagement.open('bad-input');
});
afterAll(() => management[Symbol.asyncDispose]());

const trigger = { id: 'post-login', version: 'v3' };
const action = (members: object) => ({ name: 'a', supported_triggers: [trigger], ...members });

const cases: [
  what: string,
  method: string,
  path: string,
  options: RequestOptions,
  status: number,
  message: string,
][] = [
  [
    'a live log of a trigger that there is not',
    'GET',
    'actions/log-stream?trigger_id=post-logn',
    {},
    400,
    "Query validation error: 'No enum match for: post-logn' on property trigger_id (An actions extensibility point.).",
  ],
  [
    'malformed JSON',
    'POST',
    'roles',
    { raw: '{"name":"a",}' },
    400,
    'Invalid JSON in the body: unexpected character at position 12',
  ],
  [
    'JSON that ends too early',
    'POST',
    'roles',
    { raw: '{"name":"a"' },
    400,
    'Invalid JSON in the body: unexpected end at position 11',
  ],
  [
    'two JSON values',
    'POST',
    'roles',
    { raw: '{} {}' },
    400,
    'Invalid JSON in the body: unexpected character at position 3',
  ],
  [
    'no body',
    'POST',
    'roles',
    {},
    400,
    "Payload validation error: 'Expected type object but found type null'.",
  ],
  [
    'a body that is null',
    'POST',
    'roles',
    { raw: 'null' },
    400,
    "Payload validation error: 'Expected type object but found type null'.",
  ],
  [
    'a body that is a list',
    'POST',
    'roles',
    { raw: '[]' },
    400,
    "Payload validation error: 'Expected type object but found type array'.",
  ],
  [
    'a NUL character',
    'POST',
    'roles',
    { raw: '{"name":"a\\u0000b"}' },
    400,
    'The body has a text with a NUL character or half of a surrogate pair',
  ],
  [
    'half of a surrogate pair',
    'POST',
    'roles',
    { raw: '{"name":"\\ud800"}' },
    400,
    'The body has a text with a NUL character or half of a surrogate pair',
  ],
  [
    'a prototype',
    'POST',
    'clients',
    { raw: '{"name":"a","client_metadata":{"__proto__":{"x":"y"}}}' },
    400,
    'The body has a member named "__proto__"',
  ],
  [
    'nesting without end',
    'POST',
    'clients',
    { raw: `{"name":"a","mobile":${'{"a":'.repeat(100)}1${'}'.repeat(101)}` },
    400,
    'The body is nested deeper than 64 levels',
  ],
  [
    'an unknown property',
    'POST',
    'roles',
    { body: { name: 'a', color: 'red' } },
    400,
    "Payload validation error: 'Additional properties not allowed: color'.",
  ],
  [
    'an unknown nested property',
    'POST',
    'actions/actions',
    { body: action({ dependencies: [{ name: 'a', version: '1', x: 1 }] }) },
    400,
    "Payload validation error: 'Additional properties not allowed: x' on property dependencies[0].",
  ],
  [
    'a missing property',
    'POST',
    'roles',
    { body: {} },
    400,
    "Payload validation error: 'Missing required property: name'.",
  ],
  [
    'a secret whose name has a line break',
    'POST',
    'actions/actions',
    { body: action({ secrets: [{ name: 'A\nB', value: 'x' }] }) },
    400,
    "Payload validation error: 'String does not match pattern /^\\P{Cc}*$/u: A\nB' on property secrets[0].name (The name of the particular secret, e.g. API_KEY.).",
  ],
  [
    'a missing nested property',
    'POST',
    'actions/actions',
    { body: action({ secrets: [{ value: 'x' }] }) },
    400,
    "Payload validation error: 'Missing required property: name' on property secrets[0].",
  ],
  [
    'a wrong type',
    'POST',
    'roles',
    { body: { name: 7 } },
    400,
    "Payload validation error: 'Expected type string but found type integer' on property name (Name of the role.).",
  ],
  [
    'a value that is not in the list',
    'POST',
    'clients',
    { body: { name: 'a', app_type: 'fax' } },
    400,
    "Payload validation error: 'No enum match for: fax' on property app_type (Kind of application.).",
  ],
  [
    'a callback that runs code',
    'POST',
    'clients',
    { body: { name: 'a', callbacks: ['javascript:alert(1)'] } },
    400,
    "Payload validation error: 'Object didn't pass validation for format callback-url: javascript:alert(1)' on property callbacks[0].",
  ],
  [
    'an address that is none',
    'POST',
    'users',
    { body: { connection: 'a', email: 'nobody' } },
    400,
    "Payload validation error: 'Object didn't pass validation for format email: nobody' on property email (The user's email.).",
  ],
  [
    'a name that is too long',
    'POST',
    'roles',
    { body: { name: 'a'.repeat(256) } },
    400,
    "Payload validation error: 'String is too long (256 chars), maximum 255' on property name (Name of the role.).",
  ],
  [
    'an unknown query',
    'GET',
    'actions/actions?include_totals=true',
    {},
    400,
    "Query validation error: 'Additional properties not allowed: include_totals'.",
  ],
  [
    'a query where none is',
    'GET',
    'actions/triggers?page=1',
    {},
    400,
    "Query validation error: 'Additional properties not allowed: page'.",
  ],
  [
    'a page that is no number',
    'GET',
    'clients?page=first',
    {},
    400,
    "Query validation error: 'Expected type integer but found type string' on property page (Page index of the results to return. First page is 0.).",
  ],
  [
    'a page that is too large',
    'GET',
    'clients?per_page=101',
    {},
    400,
    "Query validation error: 'Value 101 is greater than maximum 100' on property per_page (Number of results per page.).",
  ],
  [
    'a flag that is neither',
    'GET',
    'clients?include_totals=yes',
    {},
    400,
    "Query validation error: 'Expected type boolean but found type string' on property include_totals",
  ],
  [
    'a checkpoint of nothing',
    'GET',
    'clients?from=abc',
    {},
    400,
    "Query validation error: 'Not a checkpoint of this list' on property from.",
  ],
  [
    'a trigger that is none',
    'GET',
    'actions/triggers/post-logout/bindings',
    {},
    400,
    "Path validation error: 'No enum match for: post-logout' on property triggerId (An actions extensibility point.).",
  ],
  [
    'a NUL in the path',
    'GET',
    'clients/a%00b',
    {},
    400,
    "Path validation error: 'Text has a NUL character'.",
  ],
  [
    'an XML body',
    'POST',
    'roles',
    { raw: '<a/>', contentType: 'application/xml' },
    415,
    'Unsupported Media Type',
  ],
  ['an address that is not there', 'GET', 'rules', {}, 404, 'Not Found'],
];

test.for(cases)(
  'managementApi() refuses %s',
  async ([, method, path, options, status, message]) => {
    const { body } = await management.request(method, path, options);
    expect(body.statusCode).toBe(status);
    expect(body.message).toContain(message);
    expect(body.message.length).toBeLessThan(600);
  },
);

describe('managementApi() refuses an oversized body', () => {
  test('that says its length', async () => {
    const { status, body } = await management.request('POST', 'roles', {
      raw: JSON.stringify({ name: 'a'.repeat(1_100_000) }),
    });
    expect(status).toBe(413);
    expect(body).toEqual({
      statusCode: 413,
      error: 'Payload Too Large',
      message: 'Payload content length greater than maximum allowed: 1048576',
    });
  });

  test('that does not say its length', async () => {
    const token = await management.token();
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(
        `${management.url}/api/v2/roles`,
        {
          method: 'POST',
          headers: {
            authorization: `Bearer ${token}`,
            'x-tenant': 'default',
            'content-type': 'application/json',
          },
        },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      // The server answers and closes before all is sent.
      request.on('error', reject);
      for (let sent = 0; sent < 40; sent += 1) request.write(' '.repeat(65_536));
      request.end();
    });
    expect(status).toBe(413);
  });
});

test('managementApi() reads forms as well', async () => {
  const { status, body } = await management.request('POST', 'roles', {
    raw: 'name=from+a+form',
    contentType: 'application/x-www-form-urlencoded',
  });
  expect({ status, name: body.name }).toEqual({ status: 200, name: 'from a form' });
});

test('managementApi() leaves nothing behind of what it refuses', async () => {
  const store = management.storeOf();
  const count = async () => ({
    actions: await store.actions.count(),
    clients: (await store.clients.list({ page: 0, perPage: 100 })).total,
    jobs: management.queue.waiting.length,
  });
  const before = await count();
  for (const body of [
    action({ code: 'x'.repeat(100_001) }),
    action({ secrets: [{ name: 'a' }] }),
    action({ supported_triggers: [{ id: 'post-login', version: 'v9' }] }),
    action({ deploy: 'yes' }),
  ]) {
    expect((await management.request('POST', 'actions/actions', { body })).status).toBe(400);
  }
  expect((await management.request('POST', 'clients', { body: { name: 'a', x: 1 } })).status).toBe(
    400,
  );
  expect(await count()).toEqual(before);
});

test('managementApi() tells nothing about its own failures, and the operator everything', async () => {
  const broken = new Error('the secret of the house');
  const original = management.runner.run;
  const created = await management.ok('POST', 'actions/actions', action({ name: 'breaks' }));
  management.runner.run = async () => {
    throw broken;
  };
  const { status, text } = await management.request('POST', `actions/actions/${created.id}/test`, {
    body: { payload: {} },
  });
  management.runner.run = original;
  expect(status).toBe(500);
  expect(text).not.toContain('secret of the house');
  expect(management.logger.lines).toContainEqual(
    expect.objectContaining({ level: 'error', fields: expect.objectContaining({ err: broken }) }),
  );
});
