import { findEgressRuleProblem } from '@tessera/model';
import { expect, test } from 'vitest';
import { describeEgressRuleFault } from '../src/index.ts';

const PARTS =
  `a example.com *. * 10.0.0.1 10.0.0.0 /8 /0 /33 /128 /96 :80 :0 :65535 : :: ::1 fd00:: [ [fd00::1] ]
  ::ffff: 1.2.3.4 _x - . 0x7f 2130706433 %eth0 ü xn--1 A.B 012 ::ffff:0:0 0:0:0:0:0:ffff:`.split(
    /\s+/,
  );

test('findEgressRuleProblem() passes nothing that the broker cannot read', () => {
  const rules = PARTS.flatMap((one) =>
    ['', ...PARTS].flatMap((two) => ['', ...PARTS].map((three) => one + two + three)),
  );
  const passed = rules.filter((rule) => findEgressRuleProblem(rule) === undefined);
  expect(passed.length).toBeGreaterThan(1_000);
  expect(passed.filter((rule) => describeEgressRuleFault(rule) !== undefined)).toEqual([]);
});
