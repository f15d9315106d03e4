import {
  eventually,
  type ManagementAnswer,
  startTestServer,
  type TestServer,
} from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SmtpInbox } from './smtp-inbox.ts';

/** The whole server with the real sandbox, a real queue and a real mail server. */
let server: TestServer;
let inbox: SmtpInbox;
/** One that the operator did not allow. */
let forbidden: SmtpInbox;
beforeAll(async () => {
  inbox = await new SmtpInbox().listen();
  forbidden = await new SmtpInbox().listen();
  server = await startTestServer({
    env: { TESSERA_EGRESS_ALLOW: `127.0.0.1:${inbox.port}` },
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await inbox[Symbol.asyncDispose]();
  await forbidden[Symbol.asyncDispose]();
});

/** The newest message to `to`, as soon as its status is one of `statuses`. */
async function waitForMessage(
  to: string,
  ...statuses: string[]
): Promise<ManagementAnswer['body']> {
  return await eventually(`${statuses.join(' or ')} message to ${to}`, async () => {
    const [message] = await server.management.ok('GET', `outbox?to=${encodeURIComponent(to)}`);
    return statuses.includes(message?.status) ? message : undefined;
  });
}

/** Sends a text message the way a person tries a provider out. */
async function tryPhone(to: string, providerId: string): Promise<void> {
  await server.management.ok('POST', `branding/phone/providers/${providerId}/try`, { to });
}

/** Has the server send an e-mail: the reset of a password of a user made for it. */
async function sendEmail(to: string): Promise<void> {
  await server.management.ok('POST', 'users', {
    connection: 'Username-Password-Authentication',
    email: to,
    password: 'Correct-horse-7',
    verify_email: false,
  });
  const clients = await server.management.ok('GET', 'clients?fields=client_id&is_global=false');
  const answer = await server.fetch(`${server.url}/dbconnections/change_password`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_id: clients[0].client_id,
      email: to,
      connection: 'Username-Password-Authentication',
    }),
  });
  if (answer.status !== 200) throw new Error(`change_password answered ${answer.status}`);
}

describe('GET /outbox', () => {
  test('has what could not be sent; the content is answered by id and its reading logged', async () => {
    await sendEmail('kept@example.com');
    const listed = await waitForMessage('kept@example.com', 'kept');
    expect(listed).toMatchObject({ channel: 'email', template: 'reset_email', attempts: 1 });
    expect(listed).not.toHaveProperty('content');
    const message = await server.management.ok('GET', `outbox/${listed.id}`);
    expect(message.content.text).toContain(message.content.variables.url);
    const logs = await server.management.ok('GET', 'logs?per_page=10');
    const read = logs.find(({ type }: { type: string }) => type === 'mgmt_api_read');
    expect(read?.details).toEqual({ message: { id: listed.id, template: 'reset_email' } });
    expect(await server.management.request('DELETE', `outbox/${listed.id}`)).toMatchObject({
      status: 204,
    });
    expect(await server.management.request('GET', `outbox/${listed.id}`)).toMatchObject({
      status: 404,
    });
  });
});

describe('a tenant’s SMTP server', () => {
  const smtp = (host: string, port: number) => ({
    name: 'smtp',
    default_from_address: 'no-reply@acme.test',
    credentials: { smtp_host: host, smtp_port: port },
  });

  test.for([
    '127.0.0.1',
    'localhost',
    '10.0.0.1',
    '169.254.169.254',
    '[::1]',
    '0x7f000001',
    '127.1',
  ])('at %s is not reached: it is not public', async (host) => {
    const bare = host.replace(/[[\]]/g, '');
    const created = await server.management.request(
      'POST',
      'emails/provider',
      smtp(bare, forbidden.port),
    );
    if (created.status === 201) {
      const to = `egress-${bare.replaceAll(/[^a-z0-9]/g, '-')}@example.com`;
      await sendEmail(to);
      const message = await waitForMessage(to, 'queued', 'failed');
      const refused = await waitForError(message.id);
      expect(refused).toMatch(/cannot be reached/);
      await server.management.ok('DELETE', `outbox/${message.id}`);
    }
    await server.management.request('DELETE', 'emails/provider');
    expect(inbox.mails).toEqual([]);
  });

  test('that the operator allows is reached', async () => {
    await server.management.ok('POST', 'emails/provider', smtp('127.0.0.1', inbox.port));
    await sendEmail('allowed@example.com');
    const message = await waitForMessage('allowed@example.com', 'sent');
    expect(await server.management.ok('GET', `outbox/${message.id}`)).not.toHaveProperty('content');
    expect(inbox.mails).toMatchObject([{ to: ['allowed@example.com'] }]);
    await server.management.ok('DELETE', 'emails/provider');
  });

  test('that is down while the server is killed gets the message when both are back', async () => {
    await server.management.ok('POST', 'emails/provider', smtp('127.0.0.1', inbox.port));
    const { port } = inbox;
    await inbox[Symbol.asyncDispose]();
    await sendEmail('durable@example.com');
    await server.kill();
    inbox = await new SmtpInbox().listen(port);
    await server.start();
    await waitForMessage('durable@example.com', 'sent');
    expect(inbox.mails).toMatchObject([{ to: ['durable@example.com'] }]);
    await server.management.ok('DELETE', 'emails/provider');
  });
});

async function waitForError(id: string): Promise<string> {
  return await eventually(`error of ${id}`, async () => {
    const { error } = await server.management.ok('GET', `outbox/${id}`);
    return error;
  });
}

describe('Actions that send', () => {
  const trigger = { id: 'custom-email-provider', version: 'v1' };

  /** Deploys one Action, alone. */
  async function deploy(triggerId: string, code: string): Promise<void> {
    await server.management.ok('PATCH', `actions/triggers/${triggerId}/bindings`, { bindings: [] });
    const name = `send ${Math.random().toString(36).slice(2)}`;
    await server.management.deployAction({ name, trigger: { ...trigger, id: triggerId }, code });
  }

  // Two of them end by their time.
  beforeAll(async () => {
    const token = await server.getToken(`${server.url}/platform/v1/`);
    const answer = await server.fetch(`${server.url}/platform/v1/tenants/default`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ limits: { run_timeout_ms: 1_500 } }),
    });
    if (answer.status !== 200) throw new Error(`the limit was answered ${answer.status}`);
  });

  const handler = (body: string) =>
    `exports.onExecuteCustomEmailProvider = async (event, api) => { ${body} };`;

  test.for<[string, string, string, string | undefined]>([
    ['completes', handler('console.log(event.notification.message_type);'), 'sent', undefined],
    ['drops', handler("api.notification.drop('not this one');"), 'dropped', 'dropped it'],
    ['asks for a retry', handler("api.notification.retry('busy');"), 'queued', 'asked for a retry'],
    ['throws', handler("throw new Error('no');"), 'queued', 'failed'],
    ['never ends', handler('await new Promise(() => undefined);'), 'queued', 'failed'],
    ['loops', handler('for (;;) {}'), 'queued', 'failed'],
  ])('custom-email-provider %s', async ([what, code, status, reason]) => {
    await server.management
      .ok('PATCH', '../../platform/v1/tenants/default', {})
      .catch(() => undefined);
    await server.management.ok('POST', 'emails/provider', { name: 'custom', credentials: {} });
    await deploy('custom-email-provider', code);
    const to = `action-${what.replaceAll(/[^a-z]/g, '-')}@example.com`;
    await sendEmail(to);
    const message = await waitForMessage(to, status);
    if (reason !== undefined) expect(await waitForError(message.id)).toContain(reason);
    await server.management.ok('DELETE', `outbox/${message.id}`);
    await server.management.ok('DELETE', 'emails/provider');
  });

  test('custom-phone-provider gets a text message', async () => {
    const provider = await server.management.ok('POST', 'branding/phone/providers', {
      name: 'custom',
      credentials: {},
      configuration: { delivery_methods: ['text'] },
    });
    await deploy(
      'custom-phone-provider',
      `exports.onExecuteCustomPhoneProvider = async (event) => {
        if (!event.notification.as_text.includes(event.notification.code)) throw new Error('no code');
      };`,
    );
    await tryPhone('+41445550123', provider.id);
    await waitForMessage('+41445550123', 'sent');
    await server.management.ok('DELETE', `branding/phone/providers/${provider.id}`);
  });

  test('send-phone-message gets the code of a second factor', async () => {
    const { management } = server;
    const email = 'factor@example.com';
    const password = 'Correct-horse-7';
    const connection = 'Username-Password-Authentication';
    await management.ok('POST', 'users', { connection, email, password, verify_email: false });
    const app = await management.ok('POST', 'clients', {
      name: 'Factor',
      app_type: 'regular_web',
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['password', 'http://auth0.com/oauth/grant-type/password-realm'],
    });
    await management.ok('PUT', 'guardian/factors/sms', { enabled: true });
    await management.ok('PUT', 'guardian/policies', ['all-applications']);
    await deploy(
      'send-phone-message',
      `exports.onExecuteSendPhoneMessage = async (event) => {
        const { action, code, text, recipient } = event.message_options;
        if (action !== 'enrollment' || !text.includes(code) || !event.user.user_id) throw new Error('no');
      };`,
    );
    const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
      const answer = await server.fetch(`${server.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      return (await answer.json()) as Record<string, string>;
    };
    const client = { client_id: app.client_id, client_secret: app.client_secret };
    const asked = await post('/oauth/token', {
      ...client,
      grant_type: 'http://auth0.com/oauth/grant-type/password-realm',
      ...{ username: email, password, realm: connection, scope: 'openid' },
    });
    expect(asked.error).toBe('mfa_required');
    const phone = '+41445550177';
    await post(
      '/mfa/associate',
      { ...client, authenticator_types: ['oob'], oob_channels: ['sms'], phone_number: phone },
      { authorization: `Bearer ${asked.mfa_token}` },
    );
    await waitForMessage(phone, 'sent');
    const logs = await management.ok('GET', 'logs?per_page=20');
    const entry = logs.find(({ type }: { type: string }) => type === 'gd_send_sms');
    const [executionId] = entry.details.actions.executions;
    const execution = await management.ok(
      'GET',
      `actions/executions/${encodeURIComponent(executionId)}`,
    );
    expect(execution).toMatchObject({ trigger_id: 'send-phone-message', status: 'final' });
  });
});
