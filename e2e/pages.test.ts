import { startTestServer, type TestServer } from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CALLBACK, Visitor } from './visitor.ts';

const TEMPLATE =
  '<!DOCTYPE html><html lang="{{ locale }}" dir="{{ dir }}"><head>{%- auth0:head -%}</head><body class="acme"><b>{{ tenant.friendly_name }}</b>{%- auth0:widget -%}</body></html>';
const TEMPLATE_PATH = 'branding/templates/universal-login';

let server: TestServer;
let clientId: string;
beforeAll(async () => {
  server = await startTestServer();
  const client = await server.management.ok('POST', 'clients', {
    name: 'Field Notes',
    app_type: 'regular_web',
    callbacks: [CALLBACK],
    is_first_party: false,
  });
  clientId = client.client_id;
  const [connection] = await server.management.ok('GET', 'connections');
  await server.management.ok('PATCH', `connections/${connection.id}`, {
    enabled_clients: [clientId],
    is_domain_connection: true,
  });
});
afterAll(() => server?.[Symbol.asyncDispose]());

const authorizeUrl = (more: Record<string, string>) =>
  `/authorize?${new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    scope: 'openid email',
    redirect_uri: CALLBACK,
    ...more,
  })}`;

/** Opens the login page behind an authorization request. */
async function openLogin(more: Record<string, string> = {}) {
  const visitor = new Visitor(server);
  const { to } = await visitor.open(authorizeUrl(more));
  return visitor.open(to ?? '/');
}

describe('the pages of a tenant', () => {
  test('are English until the tenant speaks more, then what the application asks for', async () => {
    expect((await openLogin({ ui_locales: 'de' })).text).toContain('<html lang="en" dir="ltr">');
    await server.management.ok('PATCH', 'tenants/settings', {
      enabled_locales: ['en', 'de', 'ar'],
      friendly_name: 'Acme <Co>',
    });
    expect((await openLogin({ ui_locales: 'fr de' })).text).toContain('Willkommen zurück');
    expect((await openLogin({ ui_locales: 'ar' })).text).toContain('<html lang="ar" dir="rtl">');
    expect((await openLogin()).text).toContain('Welcome back');
  });

  test('say what the protocol refuses in the language of the request', async () => {
    const refused = { redirect_uri: 'https://elsewhere.example/', ui_locales: 'de' };
    const { status, text } = await new Visitor(server).open(authorizeUrl(refused));
    expect(status).toBe(403);
    expect(text).toContain('<html lang="de" dir="ltr">');
    expect(text).toContain('für sie nicht eingetragen');
    const english = await new Visitor(server).open(authorizeUrl({ ...refused, ui_locales: 'en' }));
    expect(english.text).toContain('Callback URL mismatch.');
  });

  test('have its colours, its template and its texts as soon as they are set', async () => {
    const { management } = server;
    await management.ok('PATCH', 'branding', { colors: { primary: '#ea5323' } });
    await management.ok('PUT', 'prompts/login/custom-text/en', { login: { title: 'Come in' } });
    const missing = await management.request('PUT', TEMPLATE_PATH, '<html>{% auth0:head %}</html>');
    expect(missing).toMatchObject({ status: 400, body: { errorCode: 'invalid_body' } });
    expect((await management.request('PUT', TEMPLATE_PATH, TEMPLATE)).status).toBe(201);

    const login = await openLogin();
    expect(login.text).toContain('<body class="acme"><b>Acme &lt;Co&gt;</b>');
    expect(login.text).toContain('<h1>Come in</h1>');
    expect(login.headers.get('content-security-policy')).not.toContain('script-src');
    const path = /href="(\/u\/brand\/[^"]+)"/.exec(login.text)?.[1] ?? '';
    expect((await new Visitor(server).open(path)).text).toContain('--accent:#ea5323');
    const error = await new Visitor(server).open(authorizeUrl({ client_id: 'nobody' }));
    expect(error.text).toContain('<body class="acme">');
    expect(error.headers.get('content-security-policy')).toContain("'unsafe-inline'");

    await management.ok('DELETE', TEMPLATE_PATH);
    expect((await openLogin()).text).toContain('class="mosaic"');
  });
});
