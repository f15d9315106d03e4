import { spawnSync } from 'node:child_process';
import { startTestServer, type TestServer } from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const CALLBACK = 'http://127.0.0.1:9/callback';
const PASSWORD = 'a password that 1 person knows!';
const NUL = 'a\u0000b';
const POST_LOGIN = { id: 'post-login', version: 'v3' };

interface Application {
  readonly client_id: string;
  readonly client_secret: string;
}

/** A browser as far as these attacks need one: cookies by name, redirects by hand. */
class Visitor {
  readonly #server: TestServer;
  readonly #cookies = new Map<string, string>();

  constructor(server: TestServer) {
    this.#server = server;
  }

  async open(path: string, form?: Record<string, string>) {
    const answer = await this.#server.fetch(new URL(path, this.#server.url), {
      headers: { cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; ') },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = cookie.split(';', 1)[0]?.split(/=(.*)/) ?? [];
      this.#cookies.set(name, value);
    }
    return { status: answer.status, text: await answer.text(), to: answer.headers.get('location') };
  }
}

function authorizeUrl(client: Application, parameters: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid',
    ...parameters,
  });
  return `/authorize?${query}`;
}

/** Opens the login page; returns its form, filled in. */
async function openLogin(
  visitor: Visitor,
  url: string,
  email: string,
): Promise<Record<string, string>> {
  const { to } = await visitor.open(url);
  const { text } = await visitor.open(to ?? '');
  const hidden = [...text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)];
  const fields = hidden.map(([, name = '', value = '']): [string, string] => [name, value]);
  return { ...Object.fromEntries(fields), identifier: email, password: PASSWORD };
}

describe('a server under attack', () => {
  let server: TestServer;
  let web: Application;
  let user: { email: string; user_id: string };

  beforeAll(async () => {
    server = await startTestServer();
    web = await server.management.ok('POST', 'clients', {
      name: 'Web',
      app_type: 'regular_web',
      callbacks: [CALLBACK],
    });
    const [connection] = await server.management.ok('GET', 'connections');
    user = await server.management.ok('POST', 'users', {
      connection: connection.name,
      email: 'ada@example.com',
      password: PASSWORD,
    });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  async function post(path: string, body: unknown, token?: string) {
    const answer = await server.fetch(server.url + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, text, body: JSON.parse(text) as Record<string, unknown> };
  }

  async function getToken(client: Application, audience: string): Promise<string> {
    const { client_id, client_secret } = client;
    const grant = { grant_type: 'client_credentials', client_id, client_secret, audience };
    return String((await post('/oauth/token', grant)).body.access_token);
  }

  test.for([
    ['/oauth/token', { grant_type: 'client_credentials', client_id: NUL, client_secret: NUL }],
    ['/oauth/revoke', { client_id: NUL, token: NUL }],
    ['/oauth/par', { client_id: NUL, response_type: 'code' }],
    ['/dbconnections/signup', { client_id: NUL, connection: NUL, password: NUL }],
  ] as const)('%s finds a NUL character to be the caller’s mistake', async ([path, body]) => {
    expect((await post(path, body)).status).toBe(400);
  });

  test.for([
    '/authorize?client_id=%00',
    '/authorize/nothing?client_id=x&request_uri=y',
    '/u/login?state=%00',
    '/u/signup?state=%ff',
    '/u/consent?state=%00',
    '/continue?state=%00',
    '/v2/logout?client_id=%00',
    '/oidc/logout?client_id=%00',
    '/api/v2/clients/%00',
    '/api/v2/clients/%zz',
  ])('%s is no server error', async (path) => {
    const { status } = await server.fetch(server.url + path);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });

  test('a login form that is sent twice leads on, once', async () => {
    const visitor = new Visitor(server);
    const form = await openLogin(visitor, authorizeUrl(web), user.email);
    const first = await visitor.open('/u/login', form);
    const second = await visitor.open('/u/login', form);
    expect(second).toMatchObject({ status: 303, to: first.to });
    expect((await visitor.open(second.to ?? '')).to).toContain(`${CALLBACK}?code=`);
    expect((await visitor.open(second.to ?? '')).to).toBeNull();
    expect(await visitor.open('/u/login', form)).toMatchObject({ status: 400 });
    expect(await new Visitor(server).open('/u/login', form)).toMatchObject({ status: 403 });
  });

  test('an Action makes nobody the operator', async () => {
    await server.management.deployAction({
      name: 'coup',
      trigger: POST_LOGIN,
      code: `exports.onExecutePostLogin = async (event, api) => {
        api.accessToken.addScope('create:tenants').accessToken.addScope('read:clients');
      };`,
    });
    for (const [path, method] of [
      ['/platform/v1/', 'tenants'],
      ['/api/v2/', 'clients'],
    ]) {
      const visitor = new Visitor(server);
      const url = authorizeUrl(web, { audience: server.url + path });
      const { to } = await visitor.open('/u/login', await openLogin(visitor, url, user.email));
      const code = new URL((await visitor.open(to ?? '')).to ?? '').searchParams.get('code');
      const tokens = await post('/oauth/token', {
        grant_type: 'authorization_code',
        client_id: web.client_id,
        client_secret: web.client_secret,
        redirect_uri: CALLBACK,
        code,
      });
      expect(tokens.body.scope).toBe('openid');
      const used = await post(
        `${path}${method}`,
        { name: 'loot' },
        String(tokens.body.access_token),
      );
      expect(used.status).toBe(403);
    }
    await server.management.ok('PATCH', 'actions/triggers/post-login/bindings', { bindings: [] });
  });

  test('a manager of the default tenant does not become the operator of all', async () => {
    const climber = await server.management.ok('POST', 'clients', {
      name: 'Climber',
      app_type: 'non_interactive',
    });
    await server.management.ok('POST', 'client-grants', {
      client_id: climber.client_id,
      audience: `${server.url}/api/v2/`,
      scope: ['create:client_grants', 'update:client_grants'],
    });
    const token = await getToken(climber, `${server.url}/api/v2/`);
    const audience = `${server.url}/platform/v1/`;
    const grant = { client_id: climber.client_id, audience, scope: ['create:tenants'] };
    expect((await post('/api/v2/client-grants', grant, token)).status).toBe(403);
    // The bootstrap client holds these scopes, and may pass them on.
    const given = await server.management.request('POST', 'client-grants', grant);
    expect(given.status).toBe(201);
  });

  test('planted secrets and passwords are in no answer, no output and no file', async () => {
    const planted = 'PLANTED-7f3c9a';
    const id = await server.management.deployAction({
      name: 'keeper',
      trigger: POST_LOGIN,
      secrets: { KEY: planted },
      code: `exports.onExecutePostLogin = async (event) => {
        console.log(event.secrets.KEY);
        throw new Error('failed with ' + event.secrets.KEY);
      };`,
    });
    const visitor = new Visitor(server);
    const form = await openLogin(visitor, authorizeUrl(web), user.email);
    const { to } = await visitor.open('/u/login', form);
    const refused = await visitor.open(to ?? '');
    expect(refused.to).toContain('error=access_denied');
    const answers = [refused.to, (await visitor.open('/u/login', { ...form, state: 'x' })).text];
    const { results } = await readExecution();
    for (const path of [
      `actions/actions/${id}`,
      `actions/actions/${id}/versions`,
      'actions/actions',
      'actions/triggers/post-login/bindings',
      'logs',
    ]) {
      answers.push(JSON.stringify(await server.management.ok('GET', path)));
    }
    expect(JSON.stringify(results)).toContain('failed with ***');
    answers.push(JSON.stringify(results), server.output());
    expect(answers.join('\n')).not.toMatch(new RegExp(`${planted}|${PASSWORD}`));
    const found = spawnSync('grep', ['-rlaE', `${planted}|${PASSWORD}`, server.dataDir]);
    expect(found.status, found.stdout.toString()).toBe(1);
    await server.management.ok('PATCH', 'actions/triggers/post-login/bindings', { bindings: [] });
  });

  /** The execution that the newest failed login names. */
  async function readExecution() {
    const [entry] = await server.management.ok('GET', 'logs?q=type:f&per_page=1&sort=date:-1');
    const [execution] = entry.details.actions.executions;
    return await server.management.ok('GET', `actions/executions/${execution}`);
  }
});
