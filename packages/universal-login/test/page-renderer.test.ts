import { DEFAULT_TENANT_SETTINGS, type PageRenderer, type RequestContext } from '@tessera/model';
import { openTestStore } from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPageRenderer } from '../src/index.ts';

const context: RequestContext = {
  tenant: {
    id: 't',
    name: 'acme',
    isDefault: true,
    settings: { ...DEFAULT_TENANT_SETTINGS, friendlyName: 'North & <wind>' },
    createdAt: new Date(),
  },
  baseUrl: 'https://login.test/',
  ip: '192.0.2.1',
};

const ignore = () => undefined;
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

describe('createPageRenderer()', () => {
  let opened: Awaited<ReturnType<typeof openTestStore>>;
  let pages: PageRenderer;
  beforeAll(async () => {
    opened = await openTestStore('page_renderer');
    pages = createPageRenderer({ store: opened.store, logger: SILENT });
  });
  afterAll(() => opened[Symbol.asyncDispose]());

  test('shows an error with its code and reference, as text', async () => {
    const html = await pages.error(context, {
      error: 'invalid_request',
      description: '<script>alert(1)</script>{{ 1 | plus: 1 }}',
      traceId: 'trace-1',
    });
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;{{ 1 | plus: 1 }}');
    expect(html).toContain('<dd>invalid_request</dd>');
    expect(html).toContain('<dd>trace-1</dd>');
    expect(html).toContain('North &amp; &lt;wind&gt;');
    const short = await pages.error(context, { error: 'x', description: 'y' });
    expect(short).not.toContain('Reference');
  });

  test('says an error in the language of the person, where it has words for it', async () => {
    const german = {
      ...context,
      tenant: {
        ...context.tenant,
        settings: { ...context.tenant.settings, enabledLocales: ['en', 'de'] },
      },
      acceptLanguage: 'de-AT,en;q=0.5',
    };
    const fault = { error: 'invalid_request', description: 'Callback URL mismatch.' };
    const html = await pages.error(german, { ...fault, reason: 'callback-mismatch' });
    expect(html).toContain('<html lang="de" dir="ltr">');
    expect(html).toContain('für sie nicht eingetragen');
    expect(html).not.toContain('mismatch');
    expect(html).toContain('<dd>invalid_request</dd>');
    const other = await pages.error(german, { error: 'custom_error', description: 'Own words.' });
    expect(other).toContain('Own words.');
    const arabic = { ...german, uiLocales: 'ar de' };
    expect(await pages.loggedOut(arabic)).toContain('lang="de"');
    expect(await pages.loggedOut({ ...german, uiLocales: 'en' })).toContain('You are logged out');
  });

  test('says that one is logged out', async () => {
    expect(await pages.loggedOut(context)).toContain('<h1>You are logged out</h1>');
  });

  test('asks whether to log out with the protocol’s own form', async () => {
    const form = '<form id="op.logoutForm" method="post" action="/x"><input type="hidden"/></form>';
    const html = await pages.confirmLogout(context, form);
    expect(html).toContain(form);
    expect(html).toMatch(/<button type="submit" form="op\.logoutForm" name="logout" value="yes"/);
    expect(html).toMatch(/<button type="submit" form="op\.logoutForm" class="secondary">/);
  });

  test('asks for consent in words, and posts state, token and decision', async () => {
    const html = await pages.consent(context, {
      state: 'state-1',
      submitUrl: '/u/consent?state=state-1&x="',
      clientName: 'Postcards <b>',
      userName: EMAIL,
      scopes: [
        { value: 'email' },
        { value: 'read:notes', description: 'Read {{ all }} notes' },
        { value: 'constructor' },
      ],
      csrfToken: 'token-1',
    });
    expect(html).toContain('action="/u/consent?state=state-1&amp;x=&#34;"');
    expect(html).toContain('name="state" value="state-1"');
    expect(html).toContain('name="csrf_token" value="token-1"');
    expect(html).toContain('name="decision" value="accept"');
    expect(html).toContain('name="decision" value="deny"');
    expect(html).toContain('Postcards &lt;b&gt;');
    expect(html).toContain('<bdi>See your email address</bdi> <code>email</code>');
    expect(html).toContain('<bdi>Read {{ all }} notes</bdi> <code>read:notes</code>');
    expect(html).toContain('<li><bdi>constructor</bdi></li>');
  });

  test('gives headers that allow no scripts and no frames', () => {
    const csp = pages.headers(context)['content-security-policy'];
    expect(csp).toContain("default-src 'none'");
    expect(csp).toContain("frame-ancestors 'none'");
    expect(csp).not.toContain('form-action');
    expect(pages.headers(context)['cache-control']).toBe('no-store');
  });
});

const EMAIL = 'ada@example.com';
