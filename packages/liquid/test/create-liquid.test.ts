import { createLiquid } from '@tessera/liquid';
import { describe, expect, test } from 'vitest';

const LIMITS = { length: 1_000, renderMs: 1_000, memory: 1_000_000 };
const html = createLiquid('html', LIMITS);
const text = createLiquid('text', LIMITS);

describe('createLiquid()', () => {
  test('escapes values in html, once, and leaves them in text', async () => {
    const variables = { name: '<b>' };
    for (const source of ['{{ name }}', '{{ name | escape }}', '{{ name | escape_once }}']) {
      expect(await html.parseAndRender(source, variables)).toBe('&lt;b&gt;');
    }
    expect(await text.parseAndRender('{{ name }}', variables)).toBe('<b>');
  });

  test.for([
    ['reads files', '{% include "/etc/hostname" %}'],
    ['is longer than it may be', 'x'.repeat(LIMITS.length + 1)],
    ['uses a filter that there is not', '{{ "x" | made_up }}'],
    ['evaluates for every item', '{{ list | where_exp: "one", "true" }}'],
    ['takes a list for the name of a property', '{{ list | map: list }}'],
    [
      'writes out a list that holds itself',
      `{% assign a = list %}${'{% assign a = a | push: a %}'.repeat(25)}{{ a | json }}`,
    ],
  ] as const)('refuses a template that %s', async ([, source]) => {
    await expect(
      (async () => await html.parseAndRender(source, { list: [{ name: 'x' }] }))(),
    ).rejects.toThrow();
  });

  test('shows nothing of prototypes', async () => {
    const seen = await text.parseAndRender('{{ user.constructor }}{{ user.name }}', {
      user: { name: 'Ada' },
    });
    expect(seen).toBe('Ada');
  });
});
