import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type OpenMessages, openMessages } from './open-messages.ts';

let open: OpenMessages;
beforeAll(async () => {
  open = await openMessages('providers');
});
afterAll(() => open[Symbol.asyncDispose]());
afterEach(async () => {
  await open.store.messageProviders.delete('email');
  await open.store.messageProviders.delete('pro_1');
  open.pipeline.bound.clear();
  open.pipeline.runs.length = 0;
  open.pipeline.end = { kind: 'completed' };
  open.waiting.length = 0;
});

const REQUEST = {
  ip: '192.0.2.9',
  method: 'POST',
  hostname: 'login.test',
  userAgent: 'test',
  language: 'de',
  query: { secret: 'typed' },
  body: { password: 'typed' },
} as const;

/** Some number that no other test writes to. */
let numbers = 0;
const number = () => `+4144555${String(1_000 + numbers++)}`;

describe('custom-email-provider', () => {
  test('gets the whole message, and counts as sent when it completes', async () => {
    await open.useCustom('email');
    open.pipeline.bound.add('custom-email-provider');
    const message = await open.sendEmail({ to: 'ada@example.com' }, { request: REQUEST });
    expect(message).toMatchObject({ status: 'sent', content: {} });
    const [run] = open.pipeline.runs;
    expect(run).toMatchObject({
      triggerId: 'custom-email-provider',
      timeoutMs: open.tenant.settings.actionTimeoutMs,
      event: {
        client: { client_id: '', name: 'All Applications' },
        notification: {
          from: 'acme@acme.test',
          locale: 'de',
          message_type: 'reset_email',
          subject: 'Ändern Sie Ihr Passwort',
          to: 'ada@example.com',
        },
        request: { ip: '192.0.2.9', hostname: 'login.test', user_agent: 'test' },
        tenant: { id: 'default' },
        user: { email: 'ada@example.com', user_id: open.user.userId },
      },
    });
    expect(JSON.stringify(run)).not.toContain('typed');
  });

  test.for([
    ['dropped', { kind: 'dropped', reason: 'mine' }, 'dropped'],
    ['an end that this trigger does not have', { kind: 'denied', reason: 'no' }, 'failed'],
  ] as const)('%s is final and logged with the execution', async ([, end, status]) => {
    await open.useCustom('email');
    open.pipeline.bound.add('custom-email-provider');
    open.pipeline.end = end;
    expect(await open.sendEmail()).toMatchObject({ status, content: {} });
    expect((await open.listLogs('fn'))[0]).toMatchObject({
      details: { actions: { executions: ['run-1'] }, email_type: 'reset_email' },
    });
  });

  test.for([
    ['retry', { kind: 'retry', reason: 'mine' }],
    ['failed', { kind: 'failed', message: 'mine' }],
  ] as const)('%s is tried again, and failed after the last time', async ([, end]) => {
    await open.useCustom('email');
    open.pipeline.bound.add('custom-email-provider');
    open.pipeline.end = end;
    const message = await open.sendEmail();
    expect(message.status).toBe('queued');
    expect(message.error).not.toContain('mine');
    expect(await open.work(2)).toHaveLength(1);
    expect(await open.work(3, true)).toEqual([]);
    expect(await open.store.outbox.find(message.id)).toMatchObject({
      status: 'failed',
      attempts: 3,
    });
    expect(open.pipeline.runs).toHaveLength(3);
  });

  test('without an Action, the message waits for one', async () => {
    await open.useCustom('email');
    const message = await open.sendEmail();
    expect(message).toMatchObject({
      status: 'queued',
      error: 'no Action is bound to custom-email-provider',
    });
    open.pipeline.bound.add('custom-email-provider');
    await open.work(2);
    expect(await open.store.outbox.find(message.id)).toMatchObject({ status: 'sent' });
  });

  test('a provider that is switched off is none', async () => {
    await open.useCustom('email');
    await open.store.messageProviders.update('email', { isEnabled: false });
    expect(await open.sendEmail()).toMatchObject({ status: 'kept' });
  });

  test('where nobody has the address, the event has it and no user', async () => {
    await open.useCustom('email');
    open.pipeline.bound.add('custom-email-provider');
    await open.messages.sendEmail(open.context, {
      template: 'passwordless_email',
      to: 'new@example.com',
      variables: { code: '1' },
    });
    await open.work();
    expect(open.pipeline.runs[0]?.event).toMatchObject({
      notification: { message_type: 'verification_code', to: 'new@example.com' },
      user: { user_id: '', email: 'new@example.com' },
    });
  });
});

describe('phone messages', () => {
  test('without a provider are kept, with text, voice and code', async () => {
    const message = await open.sendPhone({ to: number(), code: '271828' });
    expect(message).toMatchObject({ status: 'kept', channel: 'phone', template: 'otp-verify' });
    expect(message.content).toEqual({
      via: 'sms',
      text: '271828 is your code for default.',
      voice: expect.stringContaining('2, 7, 1, 8, 2, 8'),
      locale: 'en',
      variables: {},
      code: '271828',
    });
  });

  test.for(['en', 'de', 'ar'])('have texts in %s for every purpose', async (language) => {
    for (const purpose of [
      'mfa-enrollment',
      'mfa-challenge',
      'otp-verify',
      'otp-enroll',
      'change-password',
      'blocked-account',
      'password-breach',
    ] as const) {
      const languages = [language];
      const { content } = await open.sendPhone({ to: number(), purpose }, { languages });
      expect(content.locale).toBe(language);
      expect(`${content.text}${content.voice}`).not.toMatch(/\{\{|undefined/);
    }
  });

  test('go through custom-phone-provider', async () => {
    await open.useCustom('phone');
    open.pipeline.bound.add('custom-phone-provider');
    const to = number();
    expect(
      await open.sendPhone({ to, via: 'voice', purpose: 'change-password' }, { request: REQUEST }),
    ).toMatchObject({ status: 'sent', content: {} });
    expect(open.pipeline.runs[0]).toMatchObject({
      triggerId: 'custom-phone-provider',
      event: {
        notification: {
          code: '271828',
          delivery_method: 'voice',
          from: 'acme@acme.test',
          locale: 'de',
          message_type: 'change_password',
          recipient: to,
        },
        user: { user_id: open.user.userId },
      },
    });
  });

  test('of second factors go through send-phone-message where an Action is bound to it', async () => {
    await open.useCustom('phone');
    open.pipeline.bound.add('send-phone-message').add('custom-phone-provider');
    const to = number();
    expect(await open.sendPhone({ to, purpose: 'mfa-challenge' })).toMatchObject({
      status: 'sent',
    });
    await open.sendPhone({ to, purpose: 'mfa-enrollment' });
    await open.sendPhone({ to, purpose: 'otp-verify' });
    expect(open.pipeline.runs.map(({ triggerId }) => triggerId)).toEqual([
      'send-phone-message',
      'send-phone-message',
      'custom-phone-provider',
    ]);
    expect(open.pipeline.runs[0]?.event).toMatchObject({
      message_options: {
        action: 'second-factor-authentication',
        code: '271828',
        message_type: 'sms',
        recipient: to,
        text: '271828 is your code for default.',
      },
    });
    expect(open.pipeline.runs[1]?.event).toMatchObject({
      message_options: { action: 'enrollment' },
    });
    const logs = await open.listLogs('gd_send_sms');
    expect(logs[0]).toMatchObject({ details: { actions: { executions: ['run-2'] } } });
    expect(JSON.stringify(logs)).not.toContain('271828');
  });

  test('of second factors go through custom-phone-provider otherwise', async () => {
    await open.useCustom('phone');
    open.pipeline.bound.add('custom-phone-provider');
    await open.sendPhone({ to: number(), purpose: 'mfa-enrollment' });
    expect(open.pipeline.runs[0]?.event).toMatchObject({
      notification: { message_type: 'otp_enroll' },
    });
  });

  test('are given up soon, with the log entry of their way', async () => {
    open.pipeline.bound.add('send-phone-message');
    open.pipeline.end = { kind: 'failed', message: 'boom' };
    const message = await open.sendPhone({ to: number(), via: 'voice', purpose: 'mfa-challenge' });
    expect(message.status).toBe('queued');
    await open.work(2);
    await open.work(3);
    expect(await open.work(4)).toEqual([]);
    expect(await open.store.outbox.find(message.id)).toMatchObject({
      status: 'failed',
      content: {},
    });
    expect(await open.listLogs('gd_send_voice_failure')).toHaveLength(1);
  });

  test('have the text that the caller gives, before the template of the tenant', async () => {
    await open.store.phoneTemplates.create({
      ...{ id: 'tem_1', type: 'otp_verify', isDisabled: false },
      content: { body: { text: 'Own {{ code }}', voice: 'Say {{ code_spoken }}' } },
    });
    const own = await open.sendPhone({ to: number(), code: '12' });
    expect(own.content).toMatchObject({ text: 'Own 12', voice: 'Say 1, 2' });
    const given = await open.sendPhone({ to: number(), code: '12', text: 'Given {{ code }}' });
    expect(given.content).toMatchObject({ text: 'Given 12' });
    const theirs = await open.sendPhone(
      {
        ...{ to: number(), code: '12', via: 'voice' },
        text: '{% if message_type == "voice" %}{{ requestInfo.lang }}: {{ code }} for {{ tenant.friendly_name }}{% endif %}',
      },
      { languages: ['fr'] },
    );
    expect(theirs.content).toMatchObject({ voice: 'fr: 12 for default' });
    const broken = await open.sendPhone({ to: number(), code: '12', text: '{% for %}' });
    expect(broken.content).toMatchObject({ text: '12 is your code for default.' });
    expect((await open.listLogs('wn'))[0]?.description).toContain('The template was not used');
    await open.store.phoneTemplates.delete('tem_1');
  });

  test.for([
    '+41 44',
    '0445550100',
    '+0',
    'ada@example.com',
    '+41445550100;+41445550101',
    '\n+4144555010',
  ])('to %j are refused', async (to) => {
    expect(await open.sendPhone({ to })).toMatchObject({
      status: 'failed',
      error: 'the recipient is no phone number',
    });
  });
});
