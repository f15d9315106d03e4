import fc from 'fast-check';

/** Texts that have broken servers before: of databases, templates, headers, paths, JSON and scripts. */
const KNOWN = [
  '',
  ' ',
  'null',
  'undefined',
  'true',
  '0',
  '-1',
  '1e999',
  'NaN',
  '[]',
  '{}',
  '{"a":1}',
  '__proto__',
  'constructor',
  'toString',
  'a\u0000b',
  '\u0000',
  '\ud800',
  '\udfff\ud800',
  '\ufeff',
  '\u202e',
  'é'.repeat(300),
  '\u{1f600}'.repeat(200),
  'a'.repeat(5_000),
  '%',
  '%00',
  '%ff%fe',
  '%c0%ae%c0%ae/',
  '../../../../etc/passwd',
  "' OR 1=1 --",
  "'; DROP TABLE users; --",
  '$1',
  '{{ 7 | times: 7 }}',
  '{% include "x" %}',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '\r\nset-cookie: hacked=1',
  '\u2028',
  'javascript:alert(1)',
  'http://[::1',
  'http://127.0.0.1:9/%',
  'urn:',
  '//evil.example.com',
  'a@b@c',
  '+49 (0) 123',
  'eyJhbGciOiJub25lIn0.e30.',
  'eyJhbGciOiJub25lIn0.bm9qc29u.x',
  'Bearer x',
  '2026-13-45T99:99:99Z',
  '9'.repeat(400),
] as const;

/** Any text, the known bad ones more often. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...KNOWN) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 200 }) },
);

const hostileName = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'state', 'client_id', 'a[b]', 'a.b', '$where', ''),
  fc.string({ maxLength: 20 }),
);

/** What one member of a request becomes. Several values mean that it comes several times. */
type Change =
  | { readonly kind: 'drop' }
  | { readonly kind: 'set'; readonly values: readonly string[] };

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.constant<Change>({ kind: 'drop' }),
  fc
    .array(hostileText, { minLength: 1, maxLength: 3 })
    .map((values): Change => ({ kind: 'set', values })),
);

/** Changes of a request: of some of its members, and members that nobody asked for. */
export interface Spoiling {
  readonly changes: readonly (readonly [member: string, change: Change])[];
  readonly added: readonly (readonly [name: string, value: string])[];
}

/** Ways to spoil a request with these members. */
export function spoilings(members: readonly string[]): fc.Arbitrary<Spoiling> {
  const member = members.length === 0 ? fc.constant('state') : fc.constantFrom(...members);
  return fc.record({
    changes: fc.array(fc.tuple(member, change), { minLength: 1, maxLength: 3 }),
    added: fc.array(fc.tuple(hostileName, hostileText), { maxLength: 2 }),
  });
}

/** The members of a request, spoiled, in order; a name may stand several times. */
export function spoil(
  valid: Readonly<Record<string, string>>,
  { changes, added }: Spoiling,
): readonly (readonly [string, string])[] {
  const byName = new Map(Object.entries(valid).map(([name, value]) => [name, [value]]));
  for (const [name, one] of changes) {
    if (one.kind === 'drop') byName.delete(name);
    else byName.set(name, [...one.values]);
  }
  const kept = [...byName].flatMap(([name, values]) =>
    values.map((value): readonly [string, string] => [name, value]),
  );
  return [...kept, ...added];
}

/** JSON of any shape, with the request's members among its keys. */
export function hostileJson(members: readonly string[]): fc.Arbitrary<string> {
  const value = fc.oneof(
    hostileText,
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom<unknown>({ $ne: null }, [['x']], { __proto__: 'x' }, Number.MAX_VALUE, true),
  );
  const name = fc.oneof(fc.constantFrom('x', ...members), hostileName);
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.dictionary(name, value, { maxKeys: 8 }).map((it) => JSON.stringify(it)),
    },
    { weight: 1, arbitrary: fc.json() },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        '{',
        '{"a":1,"a":2}',
        'nul',
        '"x',
        '[[[[',
        '{"__proto__":{"a":1}}',
      ),
    },
  );
}

export const CONTENT_TYPES = [
  'application/x-www-form-urlencoded',
  'application/json',
  'application/json; charset=utf-16',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  'text/plain',
  'application/xml',
  'x',
  ';;;',
] as const;

/** Header values that any client can send: bytes of Latin-1 but for control characters. */
export const headerText: fc.Arbitrary<string> = fc.oneof(
  fc.string({
    unit: fc
      .integer({ min: 0x20, max: 0xff })
      .filter((c) => c !== 0x7f)
      .map((c) => String.fromCharCode(c)),
    maxLength: 200,
  }),
  fc.constantFrom(
    '=',
    ';;;',
    'a=b; a=c',
    'x'.repeat(4_000),
    '%zz',
    'tessera=%00',
    '"',
    'Basic',
    'Basic ====',
    'Basic Og==',
    'Bearer',
    'Bearer  ',
    'de;q=x,,,',
    'text/html;q=9',
  ),
);
