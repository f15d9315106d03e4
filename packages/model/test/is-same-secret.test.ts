import { isSameSecret } from '@tessera/model';
import { expect, test } from 'vitest';

const cases: [
  name: string,
  given: string | Uint8Array | undefined,
  expected: string | Uint8Array,
  isSame: boolean,
][] = [
  ['the same text', 'secret', 'secret', true],
  ['the same bytes', Uint8Array.of(1, 2), Uint8Array.of(1, 2), true],
  ['a text and its bytes', 'é', new TextEncoder().encode('é'), true],
  ['another text', 'secreT', 'secret', false],
  ['a beginning', 'sec', 'secret', false],
  ['more than it', 'secret ', 'secret', false],
  ['nothing', undefined, 'secret', false],
  ['nothing where nothing is expected', '', '', false],
  ['none where nothing is expected', undefined, '', false],
  ['as many characters, not bytes', 'é', 'ee', false],
];

test.for(cases)('isSameSecret() judges %s', ([, given, expected, isSame]) => {
  expect(isSameSecret(given, expected)).toBe(isSame);
});
