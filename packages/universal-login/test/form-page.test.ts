import type { FormComponent, FormContent, JsonObject } from '@tessera/model';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OpenMfaPages, openMfaPages } from './open-mfa-pages.ts';

const FORM = 'application/x-www-form-urlencoded';
const HOSTILE = '"><script>alert(1)</script>';

let pages: OpenMfaPages;
let userId: string;
let count = 0;
beforeAll(async () => {
  pages = await openMfaPages('form_pages');
  ({ userId } = await pages.createUser());
  Object.assign(pages.tenant.settings, { enabledLocales: ['en', 'de'] });
});
afterAll(() => pages[Symbol.asyncDispose]());
beforeEach(() => {
  pages.steps.answers.length = 0;
});

type Values = Readonly<Record<string, string | readonly string[]>>;

const field = (id: string, type: string, members: object = {}): FormComponent =>
  ({ id, category: 'FIELD', type, label: `Label of ${id}`, ...members }) as FormComponent;
const text = (content: string): FormComponent => ({
  id: 'text',
  category: 'BLOCK',
  type: 'RICH_TEXT',
  config: { content },
});
const step = (id: string, components: readonly FormComponent[], next = '$ending') =>
  ({ id, type: 'STEP', config: { components, next_node: next } }) as const;

/** A form, and a flow that waits for it in a browser. */
async function open(
  content: FormContent,
  cause: { readonly fields?: JsonObject; readonly vars?: JsonObject } = {},
) {
  count += 1;
  const id = `ap_${count}`;
  await pages.store.forms.create({
    id,
    name: 'Form',
    content: content as FormContent & JsonObject,
  });
  const state = pages.steps.open({
    userId,
    cause: { kind: 'form', formId: id, fields: {}, vars: {}, ...cause },
  });
  let csrf = '';
  let token = '';
  const cookie = () => `browser=own; ${csrf}`;
  const read = (answer: Awaited<ReturnType<typeof pages.app.inject>>) => {
    const set = answer.headers['set-cookie'];
    if (set !== undefined) csrf = `${String(set).split(';')[0]}`;
    token = /name="csrf_token" value="([^"]+)"/.exec(answer.body)?.[1] ?? token;
    return { status: answer.statusCode, html: answer.body, headers: answer.headers };
  };
  const get = async (query = '', headers = {}) =>
    read(
      await pages.app.inject({
        url: `/u/form?state=${state}${query}`,
        headers: { cookie: cookie(), ...headers },
      }),
    );
  const post = async (at: string, values: Values = {}, go = 'next') => {
    const form = new URLSearchParams({ state, csrf_token: token, step: at, go });
    for (const [name, value] of Object.entries(values)) {
      for (const one of [value].flat()) form.append(`f_${name}`, one);
    }
    return await send(form);
  };
  const send = async (form: URLSearchParams | string) =>
    read(
      await pages.app.inject({
        method: 'POST',
        url: '/u/form',
        payload: form.toString(),
        headers: { cookie: cookie(), 'content-type': FORM },
      }),
    );
  return { id, state, get, post, send, token: () => token };
}

const one = (...components: FormComponent[]): FormContent => ({ nodes: [step('s1', components)] });
const valuesOf = (html: string, name: string) =>
  [...html.matchAll(/<input[^>]* name="([^"]*)"[^>]* value="([^"]*)"/g)]
    .filter(([, found]) => found === `f_${name}`)
    .map(([, , value]) => value);

describe('/u/form', () => {
  test('shows fields with what the Action gave, and hands the values back', async () => {
    const form = await open(
      {
        nodes: [step('s1', [field('name', 'TEXT', { required: true }), field('age', 'NUMBER')])],
        start: { hidden_fields: [{ key: 'source', value: 'web' }] },
      },
      { fields: { name: 'Ada', internal: 7 }, vars: { plan: 'gold' } },
    );
    const { status, html } = await form.get();
    expect(status).toBe(200);
    expect(html).toContain('value="Ada"');
    const { headers } = await form.post('s1', { name: 'Countess', age: '36,5' });
    expect(headers.location).toBe(`/resume/${form.state}`);
    expect(pages.steps.answers).toEqual([
      {
        state: form.state,
        answer: {
          kind: 'form',
          fields: { source: 'web', internal: 7, name: 'Countess', age: 36.5 },
          vars: { plan: 'gold' },
        },
      },
    ]);
    expect((await pages.store.forms.find(form.id))?.submittedAt).toBeInstanceOf(Date);
  });

  test('goes page by page, back without checks, and keeps what was typed', async () => {
    const form = await open({
      nodes: [
        step('s2', [field('b', 'TEXT', { required: true }), text('Hello {{fields.a}}')]),
        step('s1', [field('a', 'TEXT', { required: true })], 's2'),
      ],
      start: { next_node: 's1' },
    });
    await form.get();
    const second = await form.post('s1', { a: 'one' });
    expect(second.html).toContain('Page 2 of 2.');
    expect(second.html).toContain('Hello one');
    expect(valuesOf(second.html, 'a')).toEqual(['one']);
    const back = await form.post('s2', { a: 'one', b: '' }, 'back');
    expect(back).toMatchObject({ status: 200 });
    expect(valuesOf(back.html, 'a')).toEqual(['one']);
    expect((await form.post('s2', { a: 'one', b: 'two' })).status).toBe(303);
    expect(pages.steps.answers[0]?.answer).toMatchObject({ fields: { a: 'one', b: 'two' } });
  });

  test('a page cannot be skipped: what earlier ones want is asked for', async () => {
    const form = await open({
      nodes: [
        step('s1', [field('a', 'LEGAL', { required: true })], 's2'),
        step('s2', [field('b', 'TEXT')]),
      ],
    });
    await form.get();
    for (const values of [{ b: 'x' }, { a: 'maybe', b: 'x' }]) {
      const { status, html } = await form.post('s2', values);
      expect(status).toBe(400);
      expect(html).toContain('name="step" value="s1"');
    }
    expect(pages.steps.answers).toEqual([]);
  });

  test('sent twice, it is answered once, and both lead on', async () => {
    const form = await open(one(field('a', 'TEXT')));
    await form.get();
    const first = await form.post('s1', { a: 'x' });
    const second = await form.post('s1', { a: 'y' });
    expect(second.headers.location).toBe(first.headers.location);
    expect(pages.steps.answers).toHaveLength(1);
    expect((await form.get()).status).toBe(400);
  });

  test('belongs to its browser, and to forms that we showed', async () => {
    const form = await open(one(field('a', 'TEXT')));
    expect((await form.get('', { cookie: 'browser=other;' })).status).toBe(400);
    const { state } = form;
    await form.get();
    expect((await form.send(new URLSearchParams({ state, step: 's1', f_a: 'x' }))).status).toBe(
      403,
    );
    const forged = { state, csrf_token: 'A'.repeat(43), step: 's1', f_a: 'x' };
    expect((await form.send(new URLSearchParams(forged))).status).toBe(403);
    expect(pages.steps.answers).toEqual([]);
  });

  test('a form without pages goes on at once; one that is gone ends the login', async () => {
    const empty = await open({ start: { hidden_fields: [{ key: 'a', value: 'b' }] } });
    expect((await empty.get()).headers.location).toBe(`/resume/${empty.state}`);
    expect(pages.steps.answers[0]?.answer).toMatchObject({ kind: 'form', fields: { a: 'b' } });
    const gone = await open(one(field('a', 'TEXT')));
    await gone.get();
    await pages.store.forms.delete(gone.id);
    expect((await gone.post('s1', { a: 'x' })).headers.location).toBe(`/resume/${gone.state}`);
    expect(pages.steps.answers[1]?.answer).toMatchObject({
      kind: 'failed',
      error: 'access_denied',
    });
  });

  test('speaks the language of the page where the form does', async () => {
    const form = await open({
      ...one(field('name', 'TEXT'), text('Welcome')),
      translations: {
        de: { components: { name: { label: 'Ihr Name' }, text: { config: { content: 'Hallo' } } } },
      },
    });
    const german = await form.get('', { 'accept-language': 'de-AT' });
    expect(german.html).toContain('Ihr Name');
    expect(german.html).toContain('Hallo');
    expect(german.html).toContain('Weiter');
    const english = await form.get('', { 'accept-language': 'en' });
    expect(english.html).toContain('Label of name');
    expect(english.html).toContain('Welcome');
  });
});

const OPTIONS = [
  { value: 'red', label: 'Red' },
  { value: 'blue', label: 'Blue' },
];

describe('a field', () => {
  const cases: [type: string, members: object, raw: string | string[], value: unknown][] = [
    ['TEXT', {}, ' hi ', ' hi '],
    ['TEXT', { config: { multiline: true } }, 'a\nb', 'a\nb'],
    ['EMAIL', {}, ' ada@example.com ', 'ada@example.com'],
    ['URL', {}, 'https://example.com/x', 'https://example.com/x'],
    ['TEL', {}, '+43 1 234567', '+43 1 234567'],
    ['NUMBER', { config: { min_value: -1, max_value: 2 } }, '-1', -1],
    ['BOOLEAN', {}, 'false', false],
    ['LEGAL', { required: true }, 'true', true],
    ['DATE', {}, '2024-02-29', '2024-02-29'],
    ['DATE', { config: { format: 'TIME' } }, '23:59', '23:59'],
    ['CHOICE', { config: { options: OPTIONS } }, 'red', 'red'],
    [
      'CHOICE',
      { config: { options: OPTIONS, multiple: true } },
      ['red', 'blue', 'red'],
      ['red', 'blue'],
    ],
    ['DROPDOWN', { config: { options: OPTIONS, multiple: true } }, ['blue'], ['blue']],
  ];
  test.for(cases)('%s %j takes %j', async ([type, members, raw, value]) => {
    const form = await open(one(field('x', type, members)));
    await form.get();
    expect((await form.post('s1', { x: raw })).status).toBe(303);
    expect(pages.steps.answers[0]?.answer).toMatchObject({ fields: { x: value } });
  });

  const bad: [type: string, members: object, raw: string | string[]][] = [
    ['TEXT', { required: true }, '   '],
    ['TEXT', {}, ['a', 'b']],
    ['TEXT', {}, 'a\nb'],
    ['TEXT', {}, 'a\u0000b'],
    ['TEXT', { config: { multiline: true } }, 'a\u0007b'],
    ['TEXT', { config: { min_length: 3 } }, 'ab'],
    ['TEXT', { config: { max_length: 3 } }, 'abcd'],
    ['TEXT', {}, 'x'.repeat(4_097)],
    ['EMAIL', {}, 'nobody'],
    ['EMAIL', {}, `${'x'.repeat(250)}@example.com`],
    ['URL', {}, 'javascript:alert(1)'],
    ['URL', {}, '//example.com'],
    ['TEL', {}, 'call me'],
    ['NUMBER', {}, '1e999'],
    ['NUMBER', {}, 'NaN'],
    ['NUMBER', { config: { max_value: 2 } }, '3'],
    ['NUMBER', { config: { min_value: 2 } }, '1'],
    ['BOOLEAN', { required: true }, ''],
    ['BOOLEAN', {}, 'perhaps'],
    ['LEGAL', { required: true }, ''],
    ['LEGAL', {}, 'false'],
    ['DATE', {}, '2023-02-29'],
    ['DATE', { config: { format: 'TIME' } }, '24:00'],
    ['CHOICE', { config: { options: OPTIONS } }, 'green'],
    ['CHOICE', { config: { options: OPTIONS } }, ['red', 'blue']],
    ['CHOICE', { config: { options: OPTIONS, multiple: true } }, ['red', 'green']],
    ['DROPDOWN', { required: true, config: { options: OPTIONS } }, ''],
    ['DROPDOWN', {}, 'anything'],
  ];
  test.for(bad)('%s %j refuses %j', async ([type, members, raw]) => {
    const form = await open(one(field('x', type, members)));
    await form.get();
    const { status, html } = await form.post('s1', { x: raw });
    expect(status).toBe(400);
    expect(html).toContain('id="f_x-problem"');
    expect(html).toContain('href="#f_x"');
    expect(html).toContain('id="f_x"');
    expect(pages.steps.answers).toEqual([]);
  });

  test('that is left empty is absent', async () => {
    const form = await open(one(field('x', 'TEXT'), field('y', 'NUMBER'), field('z', 'DROPDOWN')));
    await form.get();
    await form.post('s1', { x: '', y: '' });
    expect(pages.steps.answers[0]?.answer).toMatchObject({ fields: {} });
  });
});

describe('hostile content', () => {
  const contents: [name: string, content: string][] = [
    ['script', '<p>hi</p><script>alert(1)</script>'],
    ['handler', '<p onclick="alert(1)">hi</p><img src=x onerror=alert(1)>'],
    ['javascript link', '<a href="javascript:alert(1)">hi</a><a href="//evil.example">hi</a>'],
    ['data link', '<a href="data:text/html,<script>alert(1)</script>">hi</a>'],
    [
      'form',
      '<form action="https://evil.example"><input name="password"><button>hi</button></form>',
    ],
    ['frame', '<iframe src="https://evil.example"></iframe><object data="x"></object>hi'],
    ['style', '<style>* { display: none }</style><p style="position:fixed">hi</p>'],
    [
      'base and meta',
      '<base href="https://evil.example"><meta http-equiv="refresh" content="0;url=x">hi',
    ],
    ['svg', '<svg><a xlink:href="javascript:alert(1)"><text>hi</text></a></svg>'],
    ['unclosed', '</div></form></body><p>hi'],
    [
      'template',
      '{% include "layout" %}{{ "x" | raw }}{{ vars.__proto__.x }}{{vars.constructor}}hi',
    ],
    ['value in a link', '<a href="{{vars.url}}">hi</a>'],
    ['value in an attribute', '<a href="https://x.example/?{{vars.quote}}">hi</a>'],
    ['value as text', '{{vars.markup}} hi'],
  ];
  test.for(contents)('%s', async ([, content]) => {
    const form = await open(
      one(text(content), field('x', 'LEGAL', { config: { text: content } })),
      {
        vars: { url: 'javascript:alert(1)', quote: '"onclick="alert(1)', markup: HOSTILE },
      },
    );
    const { html } = await form.get();
    const shown = html.slice(html.indexOf('<div class="form-text"'), html.lastIndexOf('</form>'));
    expect(shown).toContain('hi');
    expect(shown).not.toMatch(/<(script|img|iframe|object|style|base|meta|svg|form|input name)/i);
    expect(shown).not.toMatch(/<[^>]* (on\w+|style)=/i);
    expect(shown).not.toMatch(/(javascript|data):/i);
    expect(shown).not.toMatch(/href="(?!https:|#)/);
    expect(html.match(/<\/form>/g)).toHaveLength(1);
  });

  test('labels, choices, hints, buttons and values are text', async () => {
    const form = await open(
      one(
        field('x', 'TEXT', { label: HOSTILE, hint: HOSTILE, config: { placeholder: HOSTILE } }),
        field('y', 'CHOICE', { config: { options: [{ value: HOSTILE, label: HOSTILE }] } }),
        field('z', 'DROPDOWN', { config: { options: [{ value: HOSTILE, label: HOSTILE }] } }),
        field('l', 'TEXT', { config: { multiline: true } }),
        { id: 'next', category: 'BLOCK', type: 'NEXT_BUTTON', config: { text: HOSTILE } },
        { id: 'line', category: 'BLOCK', type: 'DIVIDER', config: { text: HOSTILE } },
      ),
      { fields: { x: HOSTILE, l: `</textarea>${HOSTILE}` } },
    );
    const { html } = await form.get();
    expect(html).not.toContain('<script');
    expect(html.match(/<\/textarea>/g)).toHaveLength(1);
  });

  test('what nobody shows in a page is refused', async () => {
    const form = await open(one(field('a', 'TEXT')));
    await form.get();
    const base = { state: form.state, csrf_token: form.token(), step: 's1' };
    for (const more of [{ f_other: 'x' }, { step: 'nowhere' }, { step: '' }, { admin: 'true' }]) {
      expect((await form.send(new URLSearchParams({ ...base, ...more }))).status).toBe(400);
    }
    expect((await form.send(new URLSearchParams({ ...base, state: 'x'.repeat(300) }))).status).toBe(
      400,
    );
    expect((await form.send('x'.repeat(70_000))).status).toBe(413);
    expect((await form.send('%')).status).toBeLessThan(500);
    expect((await form.get('&state=x')).status).toBe(400);
    expect(pages.steps.answers).toEqual([]);
  });

  test('no body makes it fail, and nothing passes that the fields do not allow', async () => {
    const form = await open(
      one(
        field('a', 'TEXT', { required: true, config: { max_length: 5 } }),
        field('n', 'NUMBER', { required: true, config: { min_value: 0, max_value: 9 } }),
      ),
    );
    await form.get();
    const base = { state: form.state, csrf_token: form.token(), step: 's1' };
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string(), async (a, n) => {
        const { status } = await form.send(new URLSearchParams({ ...base, f_a: a, f_n: n }));
        expect([303, 400]).toContain(status);
        // Once one of them was right, the page leads on whatever is sent.
        const answers = pages.steps.answers.map((given) => given.answer);
        expect(answers.length).toBeLessThanOrEqual(1);
        if (status === 303) {
          expect(answers).toMatchObject([{ fields: { n: expect.any(Number) } }]);
        }
      }),
      { numRuns: 60 },
    );
    pages.steps.answers.splice(0);
    expect(pages.errors).toEqual([]);
  });
});
