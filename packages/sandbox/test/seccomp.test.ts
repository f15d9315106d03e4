import { describe, expect, test } from 'vitest';
import { buildSeccompFilter } from '../src/seccomp/build-seccomp-filter.ts';
import { REFUSED, type SeccompArchitecture, SIGNALS } from '../src/seccomp/syscalls.ts';

const ALLOW = 0x7fff0000;
const KILL = 0x80000000;
const EPERM = 0x00050001;
const ENOSYS = 0x00050026;
const AUDIT = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;

/** What the kernel's interpreter of classic BPF would answer for one call. */
function decide(
  filter: Uint8Array,
  call: { arch: number; number: number; args?: readonly number[] },
): number {
  const view = new DataView(filter.buffer);
  const load = (offset: number) => {
    if (offset === 0) return call.number;
    if (offset === 4) return call.arch;
    return call.args?.[(offset - 16) / 8] ?? 0;
  };
  let accumulator = 0;
  for (let at = 0; ; at += 1) {
    const code = view.getUint16(at * 8, true);
    const [jumpTrue, jumpFalse] = [view.getUint8(at * 8 + 2), view.getUint8(at * 8 + 3)];
    const k = view.getUint32(at * 8 + 4, true);
    if (code === 0x20) accumulator = load(k) >>> 0;
    else if (code === 0x06) return k;
    else if (code === 0x15) at += accumulator === k ? jumpTrue : jumpFalse;
    else if (code === 0x25) at += accumulator > k ? jumpTrue : jumpFalse;
    else if (code === 0x45) at += (accumulator & k) === 0 ? jumpFalse : jumpTrue;
    else throw new Error(`An instruction that the filter does not use: ${code}`);
  }
}

describe.each(['x64', 'arm64'] as const)(
  'buildSeccompFilter() on %s',
  (architecture: SeccompArchitecture) => {
    const filter = buildSeccompFilter({ architecture });
    const column = architecture === 'x64' ? 0 : 1;
    const answer = (number: number, args: readonly number[] = []) =>
      decide(filter, { arch: AUDIT[architecture], number, args });

    test("is a whole number of instructions within the kernel's limit", () => {
      expect(filter.length % 8).toBe(0);
      expect(filter.length / 8).toBeLessThan(4096);
    });

    test('refuses every call of the list', () => {
      for (const [name, numbers] of Object.entries(REFUSED)) {
        const number = numbers[column];
        if (number !== undefined) expect([name, answer(number)]).toEqual([name, EPERM]);
      }
    });

    test('allows what Node lives on', () => {
      const [read, write, mmap, futex, execve] =
        architecture === 'x64' ? [0, 1, 9, 202, 59] : [63, 64, 222, 98, 221];
      for (const number of [read, write, mmap, futex, execve])
        expect(answer(number ?? -1)).toBe(ALLOW);
    });

    test('allows threads and refuses processes', () => {
      const clone = architecture === 'x64' ? 56 : 220;
      expect(answer(clone, [0x3d0f00])).toBe(ALLOW);
      expect(answer(clone, [0x11])).toBe(EPERM);
      expect(answer(435)).toBe(ENOSYS);
    });

    test('refuses to type into terminals', () => {
      const ioctl = architecture === 'x64' ? 16 : 29;
      expect(answer(ioctl, [0, 0x5412])).toBe(EPERM);
      expect(answer(ioctl, [0, 0x541c])).toBe(EPERM);
      expect(answer(ioctl, [0, 0x5401])).toBe(ALLOW);
    });

    test('ends calls of foreign architectures and hides calls of newer kernels', () => {
      expect(decide(filter, { arch: 0x40000003, number: 1 })).toBe(KILL);
      expect(
        decide(filter, { arch: AUDIT[architecture === 'x64' ? 'arm64' : 'x64'], number: 1 }),
      ).toBe(KILL);
      expect(answer(0x40000001)).toBe(KILL);
      expect(answer(10_000)).toBe(ENOSYS);
    });

    test('refuses signals only where it is asked to', () => {
      const strict = buildSeccompFilter({ architecture, refuseSignals: true });
      for (const numbers of Object.values(SIGNALS)) {
        expect(decide(strict, { arch: AUDIT[architecture], number: numbers[column] })).toBe(EPERM);
        expect(answer(numbers[column])).toBe(ALLOW);
      }
    });
  },
);
