import { eventually } from '@tessera/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LoginFlows } from './login-flows.ts';
import { askForResetLink } from './reset-links.ts';
import { hiddenOf, Visitor } from './visitor.ts';

const SECRET = 'a shared secret of both sides';
const NEW_PASSWORD = 'another horse battery staple 2';

/** Sends the person away with a signed token, and takes another one back. */
const CHECK = `
exports.onExecutePostChallenge = async (event, api) => {
  const session_token = api.redirect.encodeToken({ secret: '${SECRET}', payload: { who: event.user.email } });
  api.redirect.sendUserTo('https://check.example/start', { query: { session_token } });
};
exports.onContinuePostChallenge = async (event, api) => {
  const { verdict } = api.redirect.validateToken({ secret: '${SECRET}', tokenParameterName: 'answer' });
  if (verdict !== 'fine') return api.access.deny('The check was not passed.');
  api.transaction.setResultUrl('https://shop.example/welcome-back', { query: { by: event.authentication.methods[0].name } });
};`;
const NOTE = `
exports.onExecutePostChangePassword = async (event) => { console.log('changed', event.user.email); };`;

let flows: LoginFlows;
beforeAll(async () => {
  flows = await LoginFlows.open();
  await flows.bind('post-change-password', NOTE);
  const trigger = { id: 'password-reset-post-challenge', version: 'v1' };
  const { management } = flows.server;
  await management.deployAction({ name: 'Check', trigger, code: CHECK });
});
afterAll(() => flows?.[Symbol.asyncDispose]());

/** Asks the authentication API for a link, and takes it from the outbox. */
const askForLink = (email: string): Promise<string> =>
  askForResetLink(flows.server, {
    ...{ clientId: flows.web.client_id, connection: flows.connection, email },
  });

/** A token as the other site makes it: HS256 over the state that it was given. */
async function sign(state: string, verdict: string): Promise<string> {
  const part = (value: object | Uint8Array): string =>
    Buffer.from(value instanceof Uint8Array ? value : JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 60;
  const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ state, verdict, exp })}`;
  const bytes = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytes.encode(SECRET), algorithm, false, [
    'sign',
  ]);
  const signature = await crypto.subtle.sign('HMAC', key, bytes.encode(body));
  return `${body}.${part(new Uint8Array(signature))}`;
}

async function sendAway(visitor: Visitor, link: string): Promise<string> {
  const { to } = await visitor.open(link);
  const target = new URL(to ?? '');
  expect(target.origin).toBe('https://check.example');
  expect(target.searchParams.get('session_token')).toMatch(/^ey/);
  return target.searchParams.get('state') ?? '';
}

const logInPath = () => {
  const query = new URLSearchParams({
    ...{ client_id: flows.web.client_id, response_type: 'code', scope: 'openid' },
    redirect_uri: 'http://127.0.0.1:9/callback',
  });
  return `/authorize?${query}`;
};

test('a reset goes through its Actions, over the death of the server, to the new password', async () => {
  const { server } = flows;
  const person = await flows.addPerson();
  const visitor = new Visitor(server);
  const state = await sendAway(visitor, await askForLink(person.email));

  await server.kill();
  await server.start();

  const answer = await sign(state, 'fine');
  const back = `/continue?state=${state}`;
  const stranger = await new Visitor(server).open(`${back}&answer=${answer}`);
  expect(stranger.status).toBe(400);
  const resumed = await visitor.open(`${back}&answer=${answer}`);
  expect(resumed.status).toBe(303);
  expect((await visitor.open(`${back}&answer=${answer}`)).status).toBe(400);
  const { text } = await visitor.open(resumed.to ?? '');
  const changed = await visitor.open('/u/reset-password', {
    ...hiddenOf(text),
    password: NEW_PASSWORD,
  });
  expect(changed.to).toBe('https://shop.example/welcome-back?by=email');

  const user = await server.management.ok('GET', `users/${encodeURIComponent(person.user_id)}`);
  expect(user).toMatchObject({ email_verified: true });
  await expect(new Visitor(server).authorize(logInPath(), person)).rejects.toThrow();
  const executions = await eventually('entry of the log', async () => {
    const logs = await server.management.ok('GET', 'logs?per_page=100');
    const entry = logs.find(
      (one: { type: string; user_id: string }) =>
        one.type === 'scp' && one.user_id === person.user_id,
    );
    return entry?.details?.actions?.executions;
  });
  // The one of the challenge, and the one that was promised with the change.
  expect(executions).toHaveLength(2);
  const promised = await eventually('promised run', async () => {
    const found = await server.management.request('GET', `actions/executions/${executions[1]}`);
    return found.status === 200 && found.body.status === 'final' ? found.body : undefined;
  });
  expect(promised.trigger_id).toBe('post-change-password');
});

test('a reset that the other site refuses, or that somebody forges, changes nothing', async () => {
  const { server } = flows;
  for (const make of [
    (state: string) => sign(state, 'bad'),
    (state: string) => sign(`${state}x`, 'fine'),
  ]) {
    const person = await flows.addPerson();
    const visitor = new Visitor(server);
    const state = await sendAway(visitor, await askForLink(person.email));
    const resumed = await visitor.open(`/continue?state=${state}&answer=${await make(state)}`);
    const page = await visitor.open(resumed.to ?? '');
    expect(page.status).toBe(403);
    expect(page.text).not.toContain('name="password"');
    await expect(new Visitor(server).authorize(logInPath(), person)).resolves.toBeDefined();
  }
});

test('a reset waits for a second factor on the pages of second factors', async () => {
  const { server } = flows;
  await server.management.ok('PUT', 'guardian/factors/email', { enabled: true });
  await flows.unbind('password-reset-post-challenge');
  await server.management.deployAction({
    name: 'Second factor',
    trigger: { id: 'password-reset-post-challenge', version: 'v1' },
    code: `
      exports.onExecutePostChallenge = async (event, api) => api.authentication.challengeWith({ type: 'email' });
      exports.onContinuePostChallenge = async (event, api) => {
        const passed = event.authentication.methods.map(({ name, type }) => type ?? name).join(' ');
        api.transaction.setResultUrl('https://shop.example/passed', { query: { passed } });
      };`,
  });
  const person = await flows.addPerson();
  const path = `users/${encodeURIComponent(person.user_id)}`;
  const link = await askForLink(person.email);
  const refused = new Visitor(server);
  const { to: refusal } = await refused.open(link);
  // The address is not verified yet, so it is no factor, and there is no other.
  expect((await refused.open(refusal ?? '')).status).toBe(403);

  await server.management.ok('PATCH', path, { email_verified: true });
  const visitor = new Visitor(server);
  let { to } = await visitor.open(link);
  expect(to).toContain('/u/mfa?state=rs_');
  const skipped = await visitor.open(`/u/reset-password?${to?.split('?')[1]}`);
  expect(skipped.text).not.toContain('name="password"');
  while (to !== null) ({ to } = await visitor.open(to));
  const state = new URLSearchParams(hiddenOf(visitor.last)).get('state') ?? '';
  const code = await eventually('code', async () => {
    const query = `outbox?status=kept&template=mfa_oob_code&to=${encodeURIComponent(person.email)}`;
    const { messages } = await server.management.ok('GET', `${query}&include_totals=true`);
    if (messages.length === 0) return undefined;
    const { content } = await server.management.ok('GET', `outbox/${messages[0].id}`);
    return /\b\d{6}\b/.exec(JSON.stringify(content))?.[0];
  });
  const form = { ...hiddenOf(visitor.last), code };
  const wrong = { ...form, code: code === '000000' ? '111111' : '000000' };
  expect((await visitor.open('/u/mfa-email-challenge', wrong)).status).toBe(400);
  ({ to } = await visitor.open('/u/mfa-email-challenge', form));
  while (to !== null) ({ to } = await visitor.open(to));
  expect(visitor.last).toContain('name="password"');
  expect(visitor.last).not.toContain(`value="${state}"`);
  const changed = await visitor.open('/u/reset-password', {
    ...hiddenOf(visitor.last),
    password: NEW_PASSWORD,
  });
  expect(changed.to).toBe('https://shop.example/passed?passed=email%20email');
});
