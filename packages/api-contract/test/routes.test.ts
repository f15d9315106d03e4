import { describe, expect, test } from 'vitest';
import {
  apiErrorSchema,
  CATALOG_TRIGGER_IDS,
  createOpenApiDocument,
  MANAGEMENT_OPERATIONS,
  MANAGEMENT_SCOPES,
  type Operation,
  PLATFORM_OPERATIONS,
  PLATFORM_SCOPES,
  TRIGGER_CATALOG,
  tenantName,
} from '../src/index.ts';

const tables: [name: string, operations: Record<string, Operation>, scopes: readonly string[]][] = [
  ['MANAGEMENT_OPERATIONS', MANAGEMENT_OPERATIONS, MANAGEMENT_SCOPES.map(({ value }) => value)],
  ['PLATFORM_OPERATIONS', PLATFORM_OPERATIONS, PLATFORM_SCOPES.map(({ value }) => value)],
];

describe.for(tables)('%s', ([, operations, known]) => {
  test('has one row per method and path', () => {
    const addresses = Object.values(operations).map(({ method, path }) => `${method} ${path}`);
    expect(new Set(addresses).size).toBe(addresses.length);
  });

  test('asks only for scopes that the API has, and for one wherever there is data', () => {
    for (const [id, { scopes }] of Object.entries(operations)) {
      expect(scopes.filter((scope) => !known.includes(scope))).toEqual([]);
      if (id !== 'getOpenApiDocument') expect(scopes.length).toBeGreaterThan(0);
    }
  });

  test('answers each operation with a status below 300, and bodies where there is one', () => {
    for (const { responses } of Object.values(operations)) {
      for (const [status, { schema }] of Object.entries(responses)) {
        expect(Number(status)).toBeLessThan(300);
        expect(schema === undefined).toBe(status === '204');
      }
    }
  });
});

/** Bodies that must not pass, with what is wrong. */
const refused: [what: string, operation: keyof typeof MANAGEMENT_OPERATIONS, body: unknown][] = [
  ['an unknown property', 'createRole', { name: 'a', color: 'red' }],
  [
    'an unknown property of a nested object',
    'createAction',
    action({ secrets: [{ name: 'a', value: 'b', x: 1 }] }),
  ],
  ['a missing property', 'createClient', {}],
  ['a wrong type', 'createClient', { name: 7 }],
  ['an action without trigger', 'createAction', action({ supported_triggers: [] })],
  [
    'an action of two triggers',
    'createAction',
    action({ supported_triggers: [trigger(), trigger()] }),
  ],
  ['an unknown trigger', 'createAction', action({ supported_triggers: [{ id: 'post-logout' }] })],
  ['code over 100 kB, counted in bytes', 'createAction', action({ code: 'ä'.repeat(50_001) })],
  [
    'an 11th dependency',
    'createAction',
    action({ dependencies: names(11, (name) => ({ name, version: '1.0.0' })) }),
  ],
  [
    'a 31st secret',
    'createAction',
    action({ secrets: names(31, (name) => ({ name, value: 'x' })) }),
  ],
  [
    'a secret twice',
    'createAction',
    action({
      secrets: [
        { name: 'a', value: '1' },
        { name: 'a', value: '2' },
      ],
    }),
  ],
  [
    'a secret name of 129 characters',
    'createAction',
    action({ secrets: [{ name: 'a'.repeat(129), value: 'x' }] }),
  ],
  [
    'a secret of 4097 characters',
    'createAction',
    action({ secrets: [{ name: 'a', value: 'x'.repeat(4097) }] }),
  ],
  [
    'a path as name of a dependency',
    'createAction',
    action({ dependencies: [{ name: '../../etc', version: '1.0.0' }] }),
  ],
  [
    'a URL as version of a dependency',
    'createAction',
    action({ dependencies: [{ name: 'a', version: 'https://example.com/a.tgz' }] }),
  ],
  [
    'a 21st binding',
    'updateBindings',
    { bindings: names(21, (value) => ({ ref: { type: 'action_name', value } })) },
  ],
  ['a script as callback', 'createClient', { name: 'a', callbacks: ['javascript:alert(1)'] }],
  [
    'a callback with a fragment',
    'createClient',
    { name: 'a', callbacks: ['https://example.com/#a'] },
  ],
  ['a relative callback', 'createClient', { name: 'a', callbacks: ['/callback'] }],
  ['a name with markup', 'createClient', { name: '<b>a</b>' }],
  [
    'an 11th entry of metadata',
    'createClient',
    { name: 'a', client_metadata: Object.fromEntries(names(11, (name) => [name, 'x'])) },
  ],
  [
    'an insecure login address',
    'createClient',
    { name: 'a', initiate_login_uri: 'http://example.com' },
  ],
  [
    'an algorithm that is not there',
    'createResourceServer',
    { identifier: 'a', signing_alg: 'none' },
  ],
  [
    'a scope with a space',
    'createResourceServer',
    { identifier: 'a', scopes: [{ value: 'read all' }] },
  ],
  ['an identity of another provider', 'createUser', { connection: 'a', user_id: 'sms|1' }],
  ['no change of clients at all', 'updateConnectionClients', []],
];

test.for(refused)('MANAGEMENT_OPERATIONS refuses %s', ([, id, body]) => {
  expect(bodyOf(id).safeParse(body).success).toBe(false);
});

const accepted: [what: string, operation: keyof typeof MANAGEMENT_OPERATIONS, body: unknown][] = [
  ['exactly 100 kB of code', 'createAction', action({ code: 'ä'.repeat(50_000) })],
  [
    'what the triggers list answers as trigger',
    'createAction',
    action({ supported_triggers: [TRIGGER_CATALOG[1]] }),
  ],
  [
    'a secret without value',
    'updateAction',
    { secrets: [{ name: 'a', updated_at: '2026-01-01T00:00:00.000000000Z' }] },
  ],
  [
    'a scoped package',
    'createAction',
    action({ dependencies: [{ name: '@scope/package', version: '^1.2.0' }] }),
  ],
  [
    'a callback of a native application',
    'createClient',
    { name: 'a', callbacks: ['com.example.app://callback'] },
  ],
  [
    'a callback with a wildcard',
    'createClient',
    { name: 'a', callbacks: ['https://*.example.com/callback'] },
  ],
  ['a metadata entry that is removed', 'updateClient', { client_metadata: { a: null } }],
];

test.for(accepted)('MANAGEMENT_OPERATIONS accepts %s', ([, id, body]) => {
  expect(bodyOf(id).safeParse(body).error).toBeUndefined();
});

test('TRIGGER_CATALOG has exactly one current version of each trigger', () => {
  for (const id of CATALOG_TRIGGER_IDS) {
    const current = TRIGGER_CATALOG.filter(
      (trigger) => trigger.id === id && trigger.status === 'CURRENT',
    );
    expect(current).toHaveLength(1);
  }
});

test('MANAGEMENT_SCOPES names each scope once, with words for people', () => {
  expect(new Set(MANAGEMENT_SCOPES.map(({ value }) => value)).size).toBe(MANAGEMENT_SCOPES.length);
  expect(MANAGEMENT_SCOPES).toContainEqual({
    value: 'read:client_grants',
    description: 'Read Client Grants',
  });
});

test.for([
  ['acme', true],
  ['a-b-c', true],
  ['ab', false],
  ['-acme', false],
  ['acme-', false],
  ['Acme', false],
  ['acme.evil', false],
  ['admin', false],
  ['a'.repeat(64), false],
] as const)('tenantName says of %s: %s', ([name, isValid]) => {
  expect(tenantName.safeParse(name).success).toBe(isValid);
});

describe('createOpenApiDocument()', () => {
  const document = JSON.parse(JSON.stringify(createOpenApiDocument('https://id.example.com/')));

  test('describes every operation, with parameters of its path', () => {
    for (const [id, { method, path }] of Object.entries<Operation>(MANAGEMENT_OPERATIONS)) {
      const described = document.paths[path][method.toLowerCase()];
      expect(described.operationId).toBe(id);
      const inPath = described.parameters.filter(
        (parameter: { in: string }) => parameter.in === 'path',
      );
      expect(inPath.map(({ name }: { name: string }) => `{${name}}`)).toEqual(
        path.match(/\{\w+\}/g) ?? [],
      );
    }
  });

  test('names the server, and refers only to what it holds', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.servers).toEqual([{ url: 'https://id.example.com/api/v2' }]);
    const references = new Set(JSON.stringify(document).match(/"\$ref":"[^"]+"/g));
    expect([...references]).toEqual(['"$ref":"#/components/schemas/Error"']);
  });

  test('states types as they read in a query, not as they are parsed', () => {
    const { parameters } = document.paths['/actions/actions'].get;
    expect(parameters).toContainEqual(
      expect.objectContaining({
        name: 'per_page',
        required: false,
        schema: { type: 'integer', minimum: 0, maximum: 100 },
      }),
    );
    const { parameters: byEmail } = document.paths['/users-by-email'].get;
    expect(byEmail).toContainEqual(expect.objectContaining({ name: 'email', required: true }));
  });
});

test('apiErrorSchema refuses members that no failure has', () => {
  const failure = { statusCode: 404, error: 'Not Found', message: 'The client does not exist' };
  expect(apiErrorSchema.safeParse(failure).success).toBe(true);
  expect(apiErrorSchema.safeParse({ ...failure, stack: 'Error: …' }).success).toBe(false);
});

function bodyOf(id: keyof typeof MANAGEMENT_OPERATIONS) {
  const { body } = MANAGEMENT_OPERATIONS[id] as Operation;
  if (body === undefined) throw new Error(`${id} has no body`);
  return body;
}

function trigger() {
  return { id: 'post-login', version: 'v3' };
}

function action(members: object) {
  return { name: 'enrich', supported_triggers: [trigger()], ...members };
}

function names<T>(count: number, make: (name: string) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(`name-${index}`));
}
