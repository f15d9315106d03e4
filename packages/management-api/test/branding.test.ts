import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestManagement } from './harness/open-management.ts';

let management: TestManagement;
beforeAll(async () => {
  management = await TestManagement.open('branding');
});
afterAll(() => management[Symbol.asyncDispose]());

const TEMPLATE = '<html><head>{%- auth0:head -%}</head><body>{%- auth0:widget -%}</body></html>';
const TEMPLATE_PATH = 'branding/templates/universal-login';

describe('branding', () => {
  test('is empty at first, keeps what a change does not name, and loses what is null', async () => {
    await management.addTenant('brand-life');
    const change = (body: unknown) => management.ok('PATCH', 'branding', body, 'brand-life');
    expect(await management.ok('GET', 'branding', undefined, 'brand-life')).toEqual({});
    await change({ logo_url: 'https://a.example/logo.png', colors: { primary: '#0f6b63' } });
    const gradient = { type: 'linear-gradient', start: '#fff', end: '#000', angle_deg: 35 };
    const all = {
      colors: { page_background: gradient, primary: '#0f6b63' },
      logo_url: 'https://a.example/logo.png',
    };
    expect(await change({ colors: { page_background: gradient } })).toEqual(all);
    expect(await change({ colors: { page_background: '#123456' }, logo_url: null })).toEqual({
      colors: { page_background: '#123456', primary: '#0f6b63' },
    });
    expect(await change({ colors: null })).toEqual({});
  });

  const refused: [name: string, body: unknown][] = [
    ['a logo without TLS', { logo_url: 'http://a.example/logo.png' }],
    ['a script as a logo', { logo_url: 'javascript:alert(1)' }],
    ['a colour that is none', { colors: { primary: 'red;}body{display:none' } }],
    [
      'a gradient of something else',
      { colors: { page_background: { type: 'url', start: '#fff', end: '#000' } } },
    ],
    ['a font on a style sheet’s terms', { font: { url: 'data:font/woff2;base64,AAAA' } }],
    ['members that do not exist', { css: 'body{}' }],
    ['a list', []],
  ];
  test.for(refused)('refuses %s', async ([, body]) => {
    const answer = await management.request('PATCH', 'branding', { body });
    expect(answer.status).toBe(400);
    expect(await management.ok('GET', 'branding')).toEqual({});
  });

  test('is another tenant’s own', async () => {
    await management.addTenant('brand-one');
    await management.addTenant('brand-two');
    await management.ok('PATCH', 'branding', { colors: { primary: '#ea5323' } }, 'brand-one');
    await management.ok('PUT', TEMPLATE_PATH, TEMPLATE, 'brand-one');
    expect(await management.ok('GET', 'branding', undefined, 'brand-two')).toEqual({});
    const other = await management.request('GET', TEMPLATE_PATH, { tenant: 'brand-two' });
    expect(other.status).toBe(404);
  });
});

describe('the page template', () => {
  test('is created, changed and deleted, as text or as a member', async () => {
    const put = (body: unknown) => management.request('PUT', TEMPLATE_PATH, { body });
    expect((await put(TEMPLATE)).status).toBe(201);
    expect((await put({ template: `${TEMPLATE}<!-- 2 -->` })).status).toBe(204);
    expect(await management.ok('GET', TEMPLATE_PATH)).toEqual({ body: `${TEMPLATE}<!-- 2 -->` });
    await management.ok('PATCH', 'branding', { logo_url: 'https://a.example/logo.png' });
    expect(await management.ok('GET', TEMPLATE_PATH)).toEqual({ body: `${TEMPLATE}<!-- 2 -->` });
    await management.ok('DELETE', TEMPLATE_PATH);
    await management.ok('DELETE', TEMPLATE_PATH);
    expect((await management.request('GET', TEMPLATE_PATH)).body).toMatchObject({
      errorCode: 'inexistent_templates_universal_login',
    });
    await management.ok('PATCH', 'branding', { logo_url: null });
  });

  test.for([['<html></html>'], ['x'.repeat(102_401)], [{ template: 7 }], [{}], [7], [['a']]])(
    'refuses %j',
    async ([body]) => {
      const answer = await management.request('PUT', TEMPLATE_PATH, { body });
      expect(answer.status).toBe(400);
      expect((await management.request('GET', TEMPLATE_PATH)).status).toBe(404);
    },
  );

  test('needs the scope', async () => {
    const scopes = ['read:branding'];
    const answer = await management.request('PUT', TEMPLATE_PATH, { body: TEMPLATE, scopes });
    expect(answer.status).toBe(403);
  });
});

describe('prompts', () => {
  test('have settings with defaults', async () => {
    expect(await management.ok('GET', 'prompts')).toEqual({
      universal_login_experience: 'new',
      identifier_first: false,
      webauthn_platform_first_factor: false,
    });
    expect(await management.ok('PATCH', 'prompts', { identifier_first: true })).toMatchObject({
      identifier_first: true,
    });
    const tenant = await management.store.tenants.findDefault();
    expect(tenant?.settings.prompts).toMatchObject({ identifierFirst: true });
  });

  test('have texts of the tenant, by language', async () => {
    const path = 'prompts/login/custom-text/de';
    const texts = { login: { title: 'Grüß Gott' } };
    expect(await management.ok('PUT', path, texts)).toEqual(texts);
    expect(await management.ok('GET', path)).toEqual(texts);
    expect(await management.ok('GET', 'prompts/login/custom-text/en')).toEqual({});
    expect(await management.ok('PUT', path, {})).toEqual({});
    expect(await management.ok('GET', path)).toEqual({});
  });

  const refused: [path: string, body: unknown][] = [
    ['prompts/nothing/custom-text/de', {}],
    ['prompts/login/custom-text/klingon', {}],
    ['prompts/login/custom-text/de', { login: 'text' }],
    ['prompts/login/custom-text/de', { login: { title: 7 } }],
    ['prompts/login/custom-text/de', { login: { title: 'x'.repeat(10_001) } }],
    ['prompts/login/custom-text/de', []],
  ];
  test.for(refused)('refuse %s %j', async ([path, body]) => {
    expect((await management.request('PUT', path, { body })).status).toBe(400);
  });

  test('speak the languages that the tenant’s settings name', async () => {
    await management.ok('PATCH', 'tenants/settings', { enabled_locales: ['de', 'ar'] });
    const tenant = await management.store.tenants.findDefault();
    expect(tenant?.settings.enabledLocales).toEqual(['de', 'ar']);
    const { enabled_locales } = await management.ok('GET', 'tenants/settings');
    expect(enabled_locales).toEqual(['de', 'ar']);
  });
});
