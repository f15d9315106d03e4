import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestManagement } from './harness/open-management.ts';

let management: TestManagement;
beforeAll(async () => {
  management = await TestManagement.open('messages');
});
afterAll(() => management[Symbol.asyncDispose]());

const request = (method: string, path: string, body?: unknown) =>
  management.request(method, path, body === undefined ? {} : { body });

const storeOfDefault = async () => {
  const tenant = await management.store.tenants.findDefault();
  return management.store.tenant(tenant?.id ?? '');
};

const SMTP = {
  name: 'smtp',
  default_from_address: 'Acme <no-reply@example.com>',
  credentials: { smtp_host: 'mail.example.com', smtp_port: 587, smtp_user: 'u', smtp_pass: 'pw' },
};

describe('/emails/provider', () => {
  test('is created, read, changed and deleted; the password is never answered', async () => {
    const created = await request('POST', 'emails/provider', SMTP);
    expect(created.status).toBe(201);
    expect(created.body.credentials).toEqual({
      smtp_host: 'mail.example.com',
      smtp_port: 587,
      smtp_user: 'u',
    });
    expect((await request('GET', 'emails/provider')).body).toEqual({ name: 'smtp', enabled: true });
    const all = await request('GET', 'emails/provider?fields=name,credentials,settings');
    expect(all.body).toEqual({ name: 'smtp', credentials: created.body.credentials });
    expect((await request('POST', 'emails/provider', SMTP)).status).toBe(409);
    const changed = await request('PATCH', 'emails/provider', { enabled: false });
    expect(changed.body).toMatchObject({ enabled: false, name: 'smtp' });
    expect((await (await storeOfDefault()).messageProviders.find('email'))?.credentials).toEqual(
      SMTP.credentials,
    );
    expect((await request('DELETE', 'emails/provider')).status).toBe(204);
    expect((await request('GET', 'emails/provider')).status).toBe(404);
    expect((await request('PATCH', 'emails/provider', { enabled: true })).status).toBe(404);
  });

  test('the password does not follow to another host, port or user', async () => {
    await request('POST', 'emails/provider', SMTP);
    for (const change of [
      { smtp_host: 'evil.example.com' },
      { smtp_port: 2525 },
      { smtp_user: 'v' },
    ]) {
      const answer = await request('PATCH', 'emails/provider', { credentials: change });
      expect(answer.status).toBe(400);
      expect(answer.body.message).toContain('password anew');
    }
    const same = await request('PATCH', 'emails/provider', {
      credentials: { smtp_host: 'mail.example.com', smtp_port: 587, smtp_user: 'u' },
    });
    expect(same.status).toBe(200);
    const stored = await (await storeOfDefault()).messageProviders.find('email');
    expect(stored?.credentials.smtp_pass).toBe('pw');
    await request('DELETE', 'emails/provider');
  });

  test.for<[string, object, string]>([
    ['a provider that is not served', { ...SMTP, name: 'sendgrid' }, 'sendgrid is not served here'],
    ['no host', { ...SMTP, credentials: {} }, 'smtp_host'],
    ['a host that is a URL', { ...SMTP, credentials: { smtp_host: 'http://x' } }, 'hostname'],
    [
      'a user without a password',
      { ...SMTP, credentials: { smtp_host: 'h', smtp_user: 'u' } },
      'belong together',
    ],
    [
      'a sender with a second header',
      { ...SMTP, default_from_address: 'a@b.c\r\nBcc: x@y.z' },
      'mailbox',
    ],
    ['two senders', { ...SMTP, default_from_address: 'a@b.c, d@e.f' }, 'mailbox'],
    [
      'credentials of an Action',
      { name: 'custom', credentials: { smtp_host: 'h' } },
      'no credentials',
    ],
    ['an unknown member', { ...SMTP, smtp: 1 }, 'smtp'],
  ])('refuses %s', async ([, body, reason]) => {
    const answer = await request('POST', 'emails/provider', body);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain(reason);
    expect(answer.text).not.toContain('"pw"');
  });
});

describe('/email-templates', () => {
  const TEMPLATE = {
    template: 'reset_email',
    body: '<p>{{ url }}</p>',
    from: null,
    subject: 'Hi',
    syntax: 'liquid',
    enabled: true,
  };

  test('are created once, read, changed and replaced', async () => {
    expect((await request('GET', 'email-templates/reset_email')).status).toBe(404);
    expect((await request('PUT', 'email-templates/reset_email', TEMPLATE)).status).toBe(404);
    expect((await request('POST', 'email-templates', TEMPLATE)).status).toBe(200);
    const again = await request('POST', 'email-templates', TEMPLATE);
    expect(again).toMatchObject({
      status: 409,
      body: { message: 'Template reset_email already exists.' },
    });
    const changed = await request('PATCH', 'email-templates/reset_email', {
      urlLifetimeInSeconds: 600,
      resultUrl: 'https://app.example.com/',
    });
    expect(changed.body).toEqual({
      ...TEMPLATE,
      urlLifetimeInSeconds: 600,
      resultUrl: 'https://app.example.com/',
    });
    expect((await request('PUT', 'email-templates/reset_email', TEMPLATE)).body).toEqual(TEMPLATE);
    expect((await request('GET', 'email-templates/reset_email')).body).toEqual(TEMPLATE);
    expect((await request('GET', 'email-templates/passwordless_email')).status).toBe(400);
  });

  test('that cannot be parsed are refused with the reason', async () => {
    const body = { ...TEMPLATE, template: 'verify_email', body: '{% if %}' };
    const answer = await request('POST', 'email-templates', body);
    expect(answer).toMatchObject({ status: 400, body: { errorCode: 'invalid_body' } });
    expect(answer.body.message).toContain(
      "The template cannot be parsed: bad tag' on property body",
    );
  });
});

describe('/branding/phone', () => {
  test('has several providers, of which a test message goes out', async () => {
    const body = { name: 'custom', credentials: {}, configuration: { delivery_methods: ['text'] } };
    const { body: provider } = await request('POST', 'branding/phone/providers', body);
    expect(provider).toMatchObject({ name: 'custom', channel: 'phone', disabled: false });
    const path = `branding/phone/providers/${provider.id}`;
    expect((await request('PATCH', path, { disabled: true })).body.disabled).toBe(true);
    const listed = await request('GET', 'branding/phone/providers?disabled=true');
    expect(listed.body.providers).toMatchObject([{ id: provider.id }]);
    expect((await request('POST', `${path}/try`, { to: '+41445550100' })).status).toBe(202);
    expect((await request('POST', `${path}/try`, { to: 'ada' })).status).toBe(400);
    expect((await request('DELETE', path)).status).toBe(204);
    expect((await request('POST', `${path}/try`, { to: '+41445550100' })).status).toBe(404);
  });

  test('refuses providers that are not served', async () => {
    const body = { name: 'twilio', credentials: { auth_token: 'x' } };
    const answer = await request('POST', 'branding/phone/providers', body);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain('custom-phone-provider');
  });

  test('does not answer the provider of e-mails as one of phone messages', async () => {
    await request('POST', 'emails/provider', SMTP);
    expect((await request('GET', 'branding/phone/providers/email')).status).toBe(404);
    expect((await request('DELETE', 'branding/phone/providers/email')).status).toBe(404);
    expect((await request('PATCH', 'branding/phone/providers/email', {})).status).toBe(404);
    await request('DELETE', 'emails/provider');
  });

  test('has one template of a type', async () => {
    const body = { type: 'otp_verify', content: { body: { text: '{{ code }}' } } };
    const { body: template } = await request('POST', 'branding/phone/templates', body);
    expect((await request('POST', 'branding/phone/templates', body)).status).toBe(409);
    const path = `branding/phone/templates/${template.id}`;
    const broken = await request('PATCH', path, { content: { body: { voice: '{% if %}' } } });
    expect(broken.body.message).toContain('content.body.voice');
    expect((await request('DELETE', path)).status).toBe(204);
    expect((await request('DELETE', path)).status).toBe(404);
  });
});

describe('/outbox', () => {
  test('answers the content of kept messages, and of no others', async () => {
    const { outbox } = await storeOfDefault();
    for (const status of ['kept', 'queued'] as const) {
      await outbox.create({
        ...{ id: `msg_${status}`, channel: 'email', to: 'ada@example.com', status },
        ...{ template: 'reset_email', content: { code: 'c-o-d-e' } },
      });
    }
    const listed = await request('GET', 'outbox?to=ada@example.com');
    expect(listed.body.map(({ id }: { id: string }) => id)).toEqual(['msg_queued', 'msg_kept']);
    expect(listed.text).not.toContain('c-o-d-e');
    expect((await request('GET', 'outbox/msg_kept')).body.content).toEqual({ code: 'c-o-d-e' });
    expect((await request('GET', 'outbox/msg_queued')).body).not.toHaveProperty('content');
    expect((await request('GET', 'outbox?status=kept&include_totals=true')).body).toMatchObject({
      total: 1,
      messages: [{ id: 'msg_kept' }],
    });
    expect((await request('DELETE', 'outbox?to=ada@example.com')).status).toBe(204);
    expect((await request('GET', 'outbox')).body).toEqual([]);
    expect((await request('GET', 'outbox/msg_kept')).status).toBe(404);
  });

  test('needs scopes of its own', async () => {
    const scopes = ['read:users', 'read:logs', 'read:email_templates'];
    const answer = await management.request('GET', 'outbox', { scopes });
    expect(answer.status).toBe(403);
    expect((await management.request('DELETE', 'outbox', { scopes: ['read:outbox'] })).status).toBe(
      403,
    );
  });
});
