import type { EmailTemplateName } from '@tessera/model';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MESSAGE_LIMITS } from '../src/index.ts';
import { type OpenMessages, openMessages } from './open-messages.ts';

let open: OpenMessages;
beforeAll(async () => {
  open = await openMessages('templates');
});
beforeEach(async () => {
  await open.root.rateLimits.reset(
    JSON.stringify(['message', open.tenant.id, 'email', 'ada@example.com']),
  );
});
afterAll(() => open[Symbol.asyncDispose]());

const NAMES: readonly EmailTemplateName[] = [
  'verify_email',
  'verify_email_by_code',
  'auth_email_by_code',
  'reset_email',
  'reset_email_by_code',
  'blocked_account',
  'stolen_credentials',
  'enrollment_email',
  'mfa_oob_code',
  'change_password',
  'password_reset',
  'user_invitation',
  'async_approval',
  'passwordless_email',
];

/** Saves a template of the tenant, enabled. */
const useTemplate = (name: EmailTemplateName, body: string, more: object = {}) =>
  open.store.emailTemplates.save({ name, body, isEnabled: true, ...more });

describe.for(['en', 'de', 'ar'])('the texts in %s', (language) => {
  test.for(NAMES)('%s has them all, with code and link', async (template) => {
    const variables = { code: '314159', url: 'https://login.test/u?a=1&b=2' };
    const message = await open.sendEmail({ template, variables }, { languages: [language] });
    const { html, text, subject, locale } = message.content as Record<string, string>;
    expect(message.status).toBe('kept');
    expect(locale).toBe(language);
    expect(subject).not.toBe('');
    expect(html).toContain(`<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">`);
    expect(html).toContain('314159');
    expect(text).toContain('314159');
    expect(`${html}${text}${subject}`).not.toMatch(/\{\{|\{%|undefined|\[object/);
  });
});

test.for([
  ['link', 'url'],
  ['url', 'link'],
] as const)('a %s given by the flow is also the %s of the template', async ([given, other]) => {
  const variables = { [given]: 'https://u.test/' };
  const { content } = await open.sendEmail({ template: 'passwordless_email', variables });
  expect(content.html).toContain('href="https://u.test/"');
  await useTemplate('enrollment_email', `{{ ${other} }}`);
  const own = await open.sendEmail({ template: 'enrollment_email', variables });
  expect(own.content.html).toBe('https://u.test/');
  await open.store.emailTemplates.save({ name: 'enrollment_email', isEnabled: false });
});

test('a link is escaped in HTML and bare in plain text', async () => {
  const { content } = await open.sendEmail({ variables: { url: 'https://login.test/u?a=1&b=2' } });
  expect(content.html).toContain('href="https://login.test/u?a=1&amp;b=2"');
  expect(content.text).toContain('https://login.test/u?a=1&b=2');
});

test.for<[string, readonly string[], readonly string[] | undefined, string]>([
  ["the person's best language", ['fr', 'de-CH', 'en'], undefined, 'de'],
  ['a language with a region', ['ar-EG'], undefined, 'ar'],
  ['English where there are no texts', ['fr'], undefined, 'en'],
  ["the tenant's where the person's is not enabled", ['ar'], ['de', 'en'], 'de'],
  ["the tenant's first where the person said nothing", [], ['de', 'en'], 'de'],
])('%s is chosen', async ([, languages, enabledLocales, expected]) => {
  const { tenant } = open;
  await open.root.tenants.updateSettings(tenant.id, { enabledLocales: enabledLocales ?? [] });
  const message = await open.sendEmail({}, { languages });
  expect(message.content.locale).toBe(expected);
  await open.root.tenants.updateSettings(tenant.id, { enabledLocales: [] });
});

test("a tenant's template is rendered with the hosted service's variables", async () => {
  await open.root.tenants.updateSettings(open.tenant.id, {
    friendlyName: 'Acme',
    supportEmail: 'help@acme.test',
  });
  await useTemplate(
    'verify_email',
    '<p>{{ user.name }} {{ application.name | default: "none" }} {{ url }} {{ friendly_name }} {{ support_email }} {{ tenant }} {{ user.user_metadata.title }} {{ connection.name }}</p>',
    { subject: 'Hi {{ user.name }}', from: '{{ friendly_name }} <hi@acme.test>' },
  );
  const connection = await open.store.connections.findByName('people');
  const { content } = await open.sendEmail(
    { template: 'verify_email', variables: { url: 'https://x.test/?a&b' } },
    connection ? { connection } : {},
  );
  expect(content).toMatchObject({
    subject: 'Hi Ada <Lovelace>',
    from: 'Acme <hi@acme.test>',
    html: '<p>Ada &lt;Lovelace&gt; none https://x.test/?a&amp;b Acme help@acme.test default &lt;b&gt;Countess&lt;/b&gt; people</p>',
  });
});

test('`escape` at the end of an output is not done twice', async () => {
  await useTemplate('verify_email', '{{ user.name | escape }}|{{ user.name | escape_once }}');
  const { content } = await open.sendEmail({ template: 'verify_email' });
  expect(content.html).toBe('Ada &lt;Lovelace&gt;|Ada &lt;Lovelace&gt;');
});

test('the plain-text alternative of a template says the same without markup', async () => {
  await useTemplate(
    'verify_email',
    '<html><head><title>no</title><style>p{color:red}</style></head><body><h1>Hello &amp; welcome &constructor;</h1><p>Go <a href="{{ url }}">there</a><br>now</p><script>no()</script></body></html>',
  );
  const { content } = await open.sendEmail({
    template: 'verify_email',
    variables: { url: 'https://x.test/' },
  });
  expect(content.text).toBe('Hello & welcome &constructor;\n\nGo there (https://x.test/)\nnow\n');
});

describe('a template that fails leaves the message to the server’s own text', () => {
  test.for([
    ['a loop without end', '{% for i in (1..1000000000) %}x{% endfor %}', 'limit exceeded'],
    ['nested loops', `${'{% for i in (1..999) %}'.repeat(6)}x${'{% endfor %}'.repeat(6)}`, 'limit'],
    ['a huge output', '{% for i in (1..99999) %}xxxxxxxxxxxxxxxxxxxx{% endfor %}', 'limit'],
    [
      'doubling text',
      `{% assign x = "aaaaaaaaaa" %}${'{% assign x = x | append: x %}'.repeat(40)}{{ x }}`,
      'limit',
    ],
    [
      'a slow filter',
      `{% assign x = "<script " %}${'{% assign x = x | append: x %}'.repeat(14)}{{ x | split: "" | group_by: "a" | json }}`,
      'limit',
    ],
    [
      'a list as the path of a property',
      `{% assign x = "${'<'.repeat(60_000)}" | split: "" %}{{ x | sort: x }}`,
      'failed in line 1',
    ],
    [
      'a list that holds itself many times over',
      `{% assign x = "a" | split: "" %}${'{% assign x = x | push: x | push: x %}'.repeat(24)}{{ x | join }}`,
      'limit exceeded',
    ],
    [
      'such lists, compared',
      `{% assign x = "a" | split: "" %}${'{% assign x = x | group_by: "b" | map: "items" %}{% assign x = x | concat: x %}'.repeat(24)}{% if x == x %}{% endif %}`,
      'limit exceeded',
    ],
    [
      'a text of captures',
      `{% capture x %}${'{% for i in (1..9000) %}{{ "a" | append: "________________________________________________" }}{% endfor %}'.repeat(3)}{% endcapture %}{{ x | size }}`,
      'limit exceeded',
    ],
    ['an expression for every item', '{{ x | where_exp: "y", "y" }}', 'undefined filter'],
    ['a file', '{% include "/etc/passwd" %}', 'failed in line 1'],
    ['a file by a variable', '{% render code %}', ''],
    ['a layout', '{% layout "../package.json" %}', 'failed'],
    ['an unknown filter', '{{ user.name | nosuchfilter }}', 'undefined filter'],
    ['a broken tag', '{% if %}', ''],
  ] as const)('%s', async ([, body, reason]) => {
    await useTemplate('reset_email', body);
    const began = performance.now();
    const { status, content } = await open.sendEmail({
      variables: { code: '55512', url: 'https://u.test/' },
    });
    expect(performance.now() - began).toBeLessThan(20 * MESSAGE_LIMITS.renderMs);
    expect(status).toBe('kept');
    expect(content.subject).toBe('Change your password');
    const [entry] = await open.listLogs('wn');
    expect(entry?.description).toContain(reason);
    expect(JSON.stringify(entry)).not.toContain('55512');
  });
});

test.for([
  ['open brackets', '<'],
  ['open links', '<a '],
  ['open links with a target', '<a href="'],
  ['styles', '<style>a</style>'],
  ['comments', '<!--'],
  ['entities', '&#'],
  ['spaces', ' \t'],
] as const)('%s by the thousand become plain text at once', async ([, unit]) => {
  const body = `{% raw %}${unit.repeat(Math.floor(90_000 / unit.length))}{% endraw %}`;
  await useTemplate('verify_email', body);
  const began = performance.now();
  expect(await open.sendEmail({ template: 'verify_email' })).toMatchObject({ status: 'kept' });
  expect(performance.now() - began).toBeLessThan(5_000);
});

test('a template reaches neither prototypes nor the process', async () => {
  await useTemplate(
    'verify_email',
    '[{{ user.constructor }}{{ user.__proto__ }}{{ user.constructor.constructor }}{{ process.env }}{{ global }}]',
  );
  const { content } = await open.sendEmail({ template: 'verify_email' });
  expect(content.html).toBe('[]');
});

test('a line break in subject or sender begins no other header', async () => {
  await useTemplate('verify_email', '<p>x</p>', {
    subject: 'Hello\r\nBcc: all@example.com\u2028{{ code }}',
    from: 'Acme <a@acme.test>\nBcc: all@example.com',
  });
  const { content } = await open.sendEmail({
    template: 'verify_email',
    variables: { code: 'x\r\ny' },
  });
  expect(content.subject).toBe('Hello Bcc: all@example.com x y');
  expect(content.from).not.toMatch(/[\r\n]/);
});

test('a disabled notice is not sent; a disabled reset is, with the server’s text', async () => {
  await open.store.emailTemplates.save({ name: 'blocked_account', isEnabled: false });
  await open.store.emailTemplates.save({ name: 'reset_email', isEnabled: false, body: 'own' });
  expect(await open.sendEmail({ template: 'blocked_account' })).toMatchObject({
    status: 'dropped',
    error: 'the template is not enabled',
  });
  const reset = await open.sendEmail({ template: 'reset_email' });
  expect(reset).toMatchObject({ status: 'kept', content: { subject: 'Change your password' } });
});

test('a welcome is sent only where the tenant enabled its template', async () => {
  expect(await open.sendEmail({ template: 'welcome_email' })).toMatchObject({ status: 'dropped' });
  await useTemplate('welcome_email', '<p>Hi</p>', { subject: 'Hi' });
  expect(await open.sendEmail({ template: 'welcome_email' })).toMatchObject({ status: 'kept' });
});

test('a passwordless e-mail has the template of its connection', async () => {
  await open.store.connections.create({
    id: 'con_email',
    name: 'email',
    strategy: 'email',
    enabledClients: [],
    isDomainConnection: true,
    realms: ['email'],
    metadata: {},
    options: { email: { subject: 'Code {{ code }}', body: '<b>{{ code }}</b>', syntax: 'liquid' } },
  });
  const connection = await open.store.connections.findByName('email');
  const { content } = await open.sendEmail(
    { template: 'passwordless_email', variables: { code: '424242' } },
    connection ? { connection } : {},
  );
  expect(content).toMatchObject({ subject: 'Code 424242', html: '<b>424242</b>' });
});
