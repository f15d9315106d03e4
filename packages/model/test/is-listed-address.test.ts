import { isListedAddress } from '@tessera/model';
import { describe, expect, test } from 'vitest';

describe('isListedAddress()', () => {
  test.for([
    [['192.0.2.1'], '192.0.2.1', true],
    [['192.0.2.0/24'], '192.0.2.200', true],
    [['192.0.2.0/24'], '192.0.3.1', false],
    [['192.0.2.0/24'], '::ffff:192.0.2.9', true],
    [['2001:db8::/32'], '2001:db8:1::1', true],
    [['2001:db8::/32'], '2001:db9::1', false],
    [['nonsense', '192.0.2.1'], '192.0.2.1', true],
    [['192.0.2.1/'], '198.51.100.1', false],
    [['192.0.2.1/33'], '192.0.2.1', false],
    [['192.0.2.1'], 'no address', false],
    [[], '192.0.2.1', false],
  ] as const)('%j and %s: %s', ([list, ip, expected]) => {
    expect(isListedAddress(list, ip)).toBe(expected);
  });
});
