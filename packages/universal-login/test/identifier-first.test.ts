import { describe, expect, test } from 'vitest';
import { EMAIL, openPages, PASSWORD } from './open-pages.ts';
import { EMAIL_CONNECTION, PEOPLE, SMS_CONNECTION, Visitor } from './page-visitor.ts';

const IDENTIFIER_FIRST = { settings: { prompts: { identifierFirst: true } } };

describe('identifier first', () => {
  test('asks who it is, then for the password', async () => {
    await using pages = await openPages('identifier_first', IDENTIFIER_FIRST);
    const user = await pages.createUser();
    const visitor = new Visitor(pages);
    const state = pages.transactions.open({ loginHint: EMAIL });
    const first = await visitor.get(`/u/login?state=${state}`);
    expect(first.html).toContain('action="/u/login/identifier"');
    expect(first.html).toContain(`value="${EMAIL}"`);
    expect(first.html).not.toContain('type="password"');

    const second = await visitor.post('/u/login/identifier', { identifier: ` ${EMAIL} ` });
    expect(second.html).toContain('action="/u/login/password"');
    expect(second.html).toContain(`/u/reset-password/request/people?state=${state}`);
    const wrong = await visitor.post('/u/login/password', { password: 'guess' });
    expect(wrong).toMatchObject({ status: 400 });
    expect(wrong.html).toContain('Wrong email or password');
    const right = await visitor.post('/u/login/password', { password: PASSWORD });
    expect(right).toMatchObject({ status: 303, location: `/authorize/${state}` });
    expect(pages.transactions.completed).toMatchObject([
      { userId: user.userId, state, connection: { name: 'people' } },
    ]);
  });

  test('goes the same way with people who do not exist', async () => {
    await using pages = await openPages('identifier_first_unknown', IDENTIFIER_FIRST);
    await pages.createUser();
    const walk = async (identifier: string) => {
      const visitor = new Visitor(pages);
      const state = pages.transactions.open();
      await visitor.get(`/u/login?state=${state}`);
      const password = await visitor.post('/u/login/identifier', { identifier });
      const refused = await visitor.post('/u/login/password', { password: 'guess' });
      return [password, refused].map(({ status, html }) => {
        const text = html.replaceAll(identifier, 'WHO').replaceAll(state, 'STATE');
        return { status, text: text.replaceAll(/name="csrf_token" value="[^"]*"/g, '') };
      });
    };
    expect(await walk('nobody@example.com')).toEqual(await walk(EMAIL));
    expect(await pages.listLogs('fu', 'fp')).toMatchObject([{ type: 'fp' }, { type: 'fu' }]);
  });

  test('begins anew without an identifier, and says again what is missing', async () => {
    await using pages = await openPages('identifier_first_anew', IDENTIFIER_FIRST);
    const visitor = new Visitor(pages);
    const state = pages.transactions.open();
    const reached = await visitor.get(`/u/login/password?state=${state}`);
    expect(reached.html).toContain('action="/u/login/identifier"');
    const empty = await visitor.post('/u/login/identifier', { identifier: ' ' });
    expect(empty.status).toBe(400);
    expect(empty.html).toContain('Please enter who you are.');
    await visitor.post('/u/login/identifier', { identifier: EMAIL });
    const cleared = await visitor.post('/u/login/password', { identifier: '', password: 'x' });
    expect(cleared).toMatchObject({ status: 400 });
    expect(cleared.html).toContain('action="/u/login/identifier"');
    expect(await pages.listLogs('fu')).toEqual([]);
  });

  test.for(['/u/login/identifier', '/u/login/password'])(
    'refuses a forged form at %s',
    async (path) => {
      await using pages = await openPages('identifier_first_forged', IDENTIFIER_FIRST);
      const visitor = new Visitor(pages);
      const state = pages.transactions.open();
      await visitor.get(`/u/login?state=${state}`);
      const forged = await visitor.post(path, { identifier: EMAIL, csrf_token: 'x' });
      expect(forged.status).toBe(403);
    },
  );
});

describe('connections of an application', () => {
  const OIDC = { id: 'con_acme', name: 'acme', strategy: 'oidc', displayName: 'Acme' } as const;
  const all = [PEOPLE, EMAIL_CONNECTION, SMS_CONNECTION, OIDC];

  test('are offered beside the password', async () => {
    await using pages = await openPages('connections_all', { connections: all });
    const state = pages.transactions.open();
    const { html } = await new Visitor(pages).get(`/u/login?state=${state}`);
    expect(html).toContain('action="/u/login"');
    expect(html).toContain('action="/u/login/federated"');
    expect(html).toMatch(/name="connection" value="acme">Continue with .?Acme/);
    expect(html).toContain('connection=email"');
    expect(html).toContain('connection=sms"');
  });

  test('are not offered when the application names one', async () => {
    await using pages = await openPages('connections_named', { connections: all });
    const visitor = new Visitor(pages);
    const named = await visitor.get(
      `/u/login?state=${pages.transactions.open({ connection: 'people' })}`,
    );
    expect(named.html).not.toContain('/u/login/federated');
    expect(named.html).not.toContain('/u/login/passwordless');
    const email = await visitor.get(
      `/u/login?state=${pages.transactions.open({ connection: 'email' })}`,
    );
    expect(email.html).toContain('action="/u/login/passwordless"');
    const acme = pages.transactions.open({ connection: 'acme' });
    const { headers } = await pages.app.inject(`/u/login?state=${acme}`);
    expect(headers.location).toBe(`/u/login/federated?state=${acme}`);
  });

  test('that have no password take none', async () => {
    await using pages = await openPages('connections_no_password', { connections: all });
    const visitor = new Visitor(pages);
    const state = pages.transactions.open({ connection: 'email' });
    await visitor.get(`/u/login?state=${state}`);
    const fields = { identifier: EMAIL, password: PASSWORD };
    const { csrf_token: token = '' } = Object.fromEntries(
      new URLSearchParams(String(visitor.form('/u/login/passwordless').payload)),
    );
    const answer = await visitor.post('/u/login', { ...fields, state, csrf_token: token });
    expect(answer.status).toBe(400);
    const signUp = await visitor.get(`/u/signup?state=${state}`);
    expect(signUp.html).toContain('action="/u/login/passwordless"');
  });

  test('without passwords are all on one page', async () => {
    const connections = [EMAIL_CONNECTION, SMS_CONNECTION];
    await using pages = await openPages('connections_codes', { connections });
    const { html } = await new Visitor(pages).get(`/u/login?state=${pages.transactions.open()}`);
    expect(html).toContain('connection=email"');
    expect(html).toContain('connection=sms"');
    expect(html).not.toContain('type="password"');
  });
});
