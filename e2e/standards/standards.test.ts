import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Authority } from './authority.ts';
import { describeStandards } from './describe-standards.ts';
import { STANDARDS } from './standards.ts';

describe('standards', () => {
  let authority: Authority;

  beforeAll(async () => {
    authority = await Authority.open();
  });
  afterAll(async () => {
    await authority?.[Symbol.asyncDispose]();
  });

  describe.for(STANDARDS)('$name', ({ requirements }) => {
    test.for(requirements)('$section $level: $text', async (requirement) => {
      if (requirement.unmet === undefined) return await requirement.check(authority);
      const failure: unknown = await requirement.check(authority).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure, 'this is met now: take `unmet` away').toBeInstanceOf(Error);
      // Anything but a wrong answer means that nothing was asked.
      expect((failure as Error).name).toBe('AssertionError');
    });
  });

  test('docs/standards.md is what the table says; `vitest -u` writes it', async () => {
    await expect(describeStandards(STANDARDS)).toMatchFileSnapshot('../../docs/standards.md');
  });
});
