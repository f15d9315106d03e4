import { describe, expect, test } from 'vitest';
import { findPageTemplateProblem, PAGE_TEMPLATE_LIMITS } from '../src/index.ts';
import { openPages, showForm } from './open-pages.ts';

const frame = (body: string) =>
  `<!DOCTYPE html><html><head>{%- auth0:head -%}</head><body>${body}{%- auth0:widget -%}</body></html>`;

describe('findPageTemplateProblem()', () => {
  test('accepts the tags of the hosted service, however they are written', () => {
    expect(findPageTemplateProblem(frame(''))).toBeUndefined();
    expect(findPageTemplateProblem('{% auth0:head %}{%auth0:widget%}')).toBeUndefined();
  });

  const refused: [name: string, template: string, problem: string][] = [
    ['no head', '<html>{%- auth0:widget -%}</html>', 'missing required Liquid tags'],
    ['no widget', '<html>{%- auth0:head -%}</html>', 'missing required Liquid tags'],
    [
      'a widget on some pages only',
      '{% auth0:head %}{% if a %}{% auth0:widget %}{% endif %}',
      'missing',
    ],
    [
      'a widget in a comment',
      '{% auth0:head %}{% comment %}{% auth0:widget %}{% endcomment %}',
      'missing',
    ],
    [
      'a widget that is only text',
      '{% auth0:head %}{% raw %}{% auth0:widget %}{% endraw %}',
      'missing',
    ],
    ['a tag that does not exist', frame('{% auth0:foot %}'), 'syntax error'],
    ['a tag that is not closed', frame('{% if x %}'), 'syntax error'],
    ['a file', frame("{% include '/etc/passwd' %}"), 'syntax error'],
    ['a template of ours', frame("{% render 'layout' %}"), 'syntax error'],
    ['a layout', `{% layout 'layout' %}${frame('')}`, 'syntax error'],
    ['a filter that does not exist', frame("{{ 'x' | read_file }}"), 'syntax error'],
    ['a form around the widget', `<form action="/x">${frame('')}</form>`, 'forms or fields'],
    ['a field of its own', frame('<INPUT type=password name=state>'), 'forms or fields'],
    [
      'too much',
      frame('x'.repeat(PAGE_TEMPLATE_LIMITS.bytes)),
      'greater than maximum allowed: 102400',
    ],
  ];
  test.for(refused)('refuses %s', ([, template, problem]) => {
    expect(findPageTemplateProblem(template)).toContain(problem);
  });
});

describe('a page template', () => {
  const open = (name: string, pageTemplate: string) =>
    openPages(name, { settings: { friendlyName: 'North <wind>', branding: { pageTemplate } } });

  test('stands around the widget, with what it may name, escaped', async () => {
    await using pages = await open(
      'template_frame',
      frame(
        '<p class="hello">{{ tenant.friendly_name }}/{{ tenant.friendly_name | escape }}/{{ application.name }}/{{ prompt.name }}/{{ locale }}/{{ dir }}/{{ unknown }}</p>',
      ),
    );
    const { html } = await showForm(pages, 'login');
    expect(html).toContain(
      '<p class="hello">North &lt;wind&gt;/North &lt;wind&gt;/Field Notes/login/en/ltr/</p>',
    );
    expect(html).toMatch(/^<!DOCTYPE html><html><head><meta charset="utf-8">/);
    expect(html).toContain('<main class="card"');
    expect(html).toContain('name="csrf_token"');
    expect(html).not.toContain('class="mosaic"');
    expect(pages.errors).toEqual([]);
  });

  test('may bring styles, never scripts', async () => {
    await using pages = await open('template_policy', frame('<script>alert(1)</script>'));
    const answer = await pages.app.inject(`/u/login?state=${pages.transactions.open()}`);
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toContain("style-src 'self' 'unsafe-inline' https:");
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('script-src');
    expect(policy).toContain("form-action 'self'");
  });

  const broken: [name: string, body: string][] = [
    ['a loop without end', '{% for a in (1..100000000) %}{{ a }}{% endfor %}'],
    [
      'loops in loops',
      '{% for a in (1..3000) %}{% for b in (1..3000) %}{% for c in (1..3000) %}x{% endfor %}{% endfor %}{% endfor %}',
    ],
    [
      'a text that doubles',
      `{% assign a = 'xxxxxxxxxxxxxxxx' %}${'{% assign a = a | append: a %}'.repeat(40)}{{ a }}`,
    ],
    [
      'a list as the path of a property',
      `{% assign a = '${'<'.repeat(60_000)}' | split: '' %}{{ a | sort: a }}`,
    ],
    [
      'a hidden form',
      '<fo{% comment %}{% endcomment %}rm action="/authorize"><in{{ x }}put name="state">',
    ],
    [
      'a list of itself',
      `{% assign a = 'x' | split: '' %}${'{% assign a = a | push: a | push: a %}'.repeat(24)}{{ a }}`,
    ],
    [
      'a filter that fails',
      "{{ 'x' | date: '%' | slice }}{{ 'x' | where: 1, 2, 3 }}{{ nil | divided_by: 0 | round: 400 }}{{ '1' | modulo: 0 }}{% for a in (1..100000000) %}{% endfor %}",
    ],
  ];
  test.for(broken)(
    'that has %s leaves the standard page, and a line in the log',
    async ([name, body]) => {
      await using pages = await open(`template_${name.replaceAll(' ', '_')}`, frame(body));
      const began = performance.now();
      const { html } = await showForm(pages, 'login');
      expect(performance.now() - began).toBeLessThan(5000);
      expect(html).toContain('class="mosaic"');
      expect(html).toContain('name="csrf_token"');
      expect(pages.errors).toEqual([expect.objectContaining({ screen: 'login/login' })]);
    },
  );

  test('that evaluates an expression for every item is refused', () => {
    const body = frame('{{ a | where_exp: "x", "x" }}');
    expect(findPageTemplateProblem(body)).toContain('undefined filter: where_exp');
  });

  test('cannot reach what is not in its data', async () => {
    await using pages = await open(
      'template_reach',
      frame(
        '<p>{{ tenant.constructor }}{{ application.client_secret }}{{ application.clientSecret }}{{ translator }}{{ brand.name }}{{ prompt.__proto__ }}{{ title }}</p>',
      ),
    );
    expect((await showForm(pages, 'login')).html).toContain('<p></p>');
  });
});
