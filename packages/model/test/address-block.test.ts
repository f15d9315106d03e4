import { readAddressBlock } from '@tessera/model';
import { expect, test } from 'vitest';

const cases: [ip: string, block: string][] = [
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8::2', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
];

test.for(cases)('readAddressBlock() finds the network of %s', ([ip, block]) => {
  expect(readAddressBlock(ip)).toBe(block);
});
