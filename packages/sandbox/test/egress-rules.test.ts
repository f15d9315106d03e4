import { findEgressRuleProblem } from '@tessera/model';
import { expect, test } from 'vitest';
import { describeEgressRuleFault } from '../src/index.ts';

test.for([
  'example.com',
  'Example.COM:443',
  ' example.com ',
  '*.example.com',
  '*.example.com:8443',
  '_dmarc.example.com',
  'bücher.example',
  'localhost:5432',
  '10.0.0.1',
  '10.0.0.1:80',
  '10.0.0.0/8',
  '10.0.0.0/8:5432',
  '::1',
  'fd00::1',
  '[fd00::1]:5432',
  'fd00::/8',
  '[fd00::]/8:5432',
  '[fd00::/8]:5432',
  '::ffff:10.0.0.0/104',
  '0.0.0.0/0',
])('describeEgressRuleFault() takes %s', (rule) => {
  expect(describeEgressRuleFault(rule)).toBeUndefined();
});

const faults: [rule: string, why: RegExp][] = [
  ['', /it is empty/],
  ['*', /0\.0\.0\.0\/0 and ::\/0/],
  ['https://example.com/', /it is a URL; write the host alone/],
  ['example.com/path', /no range of addresses/],
  ['exa mple.com', /neither a host/],
  ['example..com', /neither a host/],
  ['.example.com', /neither a host/],
  ['*example.com', /neither a host/],
  ['a.*.com', /neither a host/],
  ['**.example.com', /neither a host/],
  ['-example.com', /neither a host/],
  ['example.com:', /port is not a number from 1 to 65535/],
  ['example.com:0', /port is not a number/],
  ['example.com:65536', /port is not a number/],
  ['example.com:0x50', /port is not a number/],
  ['example.com:1e3', /port is not a number/],
  ['example.com:443:80', /neither a host/],
  ['10.0.0.0/33', /no range of addresses/],
  ['10.0.0.0/-1', /no range of addresses/],
  ['::1/129', /no range of addresses/],
  ['010.0.0.1', /four decimal numbers/],
  ['010.0.0.0/8', /four decimal numbers/],
  ['127.1', /four decimal numbers/],
  ['2130706433', /four decimal numbers/],
  ['0x7f.0.0.1', /four decimal numbers/],
  ['fe80::1%eth0', /leave out the zone/],
  ['::ffff:0:0/90', /write ranges of IPv4 addresses as IPv4/],
  ['[fd00::1', /neither a host/],
  ['a'.repeat(400), /too long/],
];
test.for(faults)('describeEgressRuleFault() refuses "%s"', ([rule, why]) => {
  const fault = describeEgressRuleFault(rule);
  expect(fault).toMatch(why);
  expect(fault).toContain('is no egress rule');
  expect(fault).toContain('Examples: api.example.com');
});

test('describeEgressRuleFault() answers for any text, and soon', () => {
  const alphabet = [...'a0.*:/[]%-_ \0\nü٣', '::ffff:', '10.0.0.0', '/8', 'xn--', 'example.com'];
  // A small generator of its own, so that a failure can be had again.
  let seed = 7;
  const next = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (let round = 0; round < 5_000; round++) {
    const rule = Array.from({ length: next(12) }, () => alphabet[next(alphabet.length)]).join('');
    const fault = describeEgressRuleFault(rule);
    // What the management API lets pass, the broker can read.
    if (findEgressRuleProblem(rule) === undefined) expect(fault, rule).toBeUndefined();
    if (fault !== undefined)
      expect(fault, rule).toMatch(/^"[\s\S]*" is no egress rule: .+ Examples: /);
  }
  for (const hostile of ['a-'.repeat(135), '_'.repeat(269), `${'a.'.repeat(130)}:1`]) {
    expect(() => describeEgressRuleFault(hostile)).not.toThrow();
  }
});
