import { createServer, type Server, type Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { generate } from 'selfsigned';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type OpenMessages, openMessages } from './open-messages.ts';
import { SmtpInbox } from './smtp-inbox.ts';

let open: OpenMessages;
let certificate: { readonly cert: string; readonly key: string };
beforeAll(async () => {
  open = await openMessages('smtp');
  const made = await generate([{ name: 'commonName', value: 'mail.test' }], {
    extensions: [
      {
        name: 'subjectAltName',
        altNames: ['mail.test', 'localhost'].map((value) => ({ type: 2, value })),
      },
      { name: 'basicConstraints', cA: true },
    ],
  });
  certificate = { cert: made.cert, key: made.private };
});
afterAll(() => open[Symbol.asyncDispose]());
afterEach(async () => {
  await open.store.messageProviders.delete('email');
  open.waiting.length = 0;
});

const credentials = { smtp_user: 'user', smtp_pass: 'secret' };

/** Believes the test's certificate while it runs. */
function trustCertificate(): Disposable {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, certificate.cert]);
  return { [Symbol.dispose]: () => setDefaultCACertificates(before) };
}

/** A server that says what a test wants. */
async function listen(onConnection: (socket: Socket) => void): Promise<Server & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  return Object.assign(server, {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
}

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

test('a message goes out with sender, recipient and both bodies, and its content is forgotten', async () => {
  await using inbox = await new SmtpInbox().listen();
  await open.useSmtp({ smtp_host: 'mail.test', smtp_port: inbox.port });
  const message = await open.sendEmail({ to: 'grace@example.com' });
  expect(message).toMatchObject({ status: 'sent', attempts: 1, content: {} });
  expect(message.sentAt).toBeInstanceOf(Date);
  const [mail] = inbox.mails;
  expect(mail).toMatchObject({ from: 'no-reply@acme.test', to: ['grace@example.com'] });
  expect(mail?.raw).toContain('From: Acme <no-reply@acme.test>');
  expect(mail?.raw).toContain('Subject: Change your password');
  expect(mail?.raw).toContain(`Message-ID: <${message.id}@acme.test>`);
  expect(mail?.raw).toContain('Auto-Submitted: auto-generated');
  expect(mail?.raw).toMatch(/Content-Type: text\/plain[\s\S]+Content-Type: text\/html/);
  expect(await open.listLogs()).toEqual([]);
});

describe('TLS', () => {
  test('STARTTLS is used, and the password only then', async () => {
    using _trust = trustCertificate();
    await using inbox = await new SmtpInbox({ ...certificate, authOptional: false }).listen();
    await open.useSmtp({ smtp_host: 'mail.test', smtp_port: inbox.port, ...credentials });
    expect(await open.sendEmail()).toMatchObject({ status: 'sent' });
    expect(inbox.mails).toMatchObject([{ isEncrypted: true, user: 'user' }]);
  });

  test('a server that is not who it says it is gets neither password nor message', async () => {
    await using inbox = await new SmtpInbox(certificate).listen();
    await open.useSmtp({ smtp_host: 'mail.test', smtp_port: inbox.port, ...credentials });
    const message = await open.sendEmail();
    expect(message).toMatchObject({ status: 'queued' });
    expect(message.error).toContain('mail.test');
    expect(inbox.mails).toEqual([]);
  });

  test('a certificate for another name is refused', async () => {
    using _trust = trustCertificate();
    await using inbox = await new SmtpInbox(certificate).listen();
    await open.useSmtp({ smtp_host: 'other.test', smtp_port: inbox.port, ...credentials });
    expect(await open.sendEmail()).toMatchObject({ status: 'queued' });
    expect(inbox.mails).toEqual([]);
  });

  test('a password crosses no network in the clear: without STARTTLS nothing is sent', async () => {
    const attempts: string[] = [];
    await using inbox = await new SmtpInbox({
      disabledCommands: ['STARTTLS'],
      onAuth: ({ username }, _session, callback) => {
        attempts.push(String(username));
        callback(null, { user: username });
      },
    }).listen();
    await open.useSmtp({ smtp_host: 'mail.test', smtp_port: inbox.port, ...credentials });
    const message = await open.sendEmail();
    expect(message).toMatchObject({ status: 'queued' });
    expect(message.error).toContain('TLS');
    expect(attempts).toEqual([]);
  });

  test('port 465 speaks TLS from the first byte', async () => {
    using _trust = trustCertificate();
    await using inbox = await new SmtpInbox({ ...certificate, secure: true }).listen();
    const openWith = (host: string) =>
      openMessages('smtps', {
        operatorSmtp: {
          server: { host, port: inbox.port, tls: 'implicit' },
          from: { name: '', address: 'no-reply@id.test' },
        },
      });
    await using named = await openWith('localhost');
    expect(await named.sendEmail()).toMatchObject({ status: 'sent' });
    expect(inbox.mails).toMatchObject([{ isEncrypted: true }]);
    // The address is in no certificate.
    await using unnamed = await openWith('127.0.0.1');
    expect(await unnamed.sendEmail()).toMatchObject({ status: 'queued' });
    expect(inbox.mails).toHaveLength(1);
  });
});

describe('what a server refuses', () => {
  test('a wrong password is tried again, and in the end told without it', async () => {
    using _trust = trustCertificate();
    await using inbox = await new SmtpInbox(certificate).listen();
    const wrong = { smtp_user: 'user', smtp_pass: 'hunter2' };
    await open.useSmtp({ smtp_host: 'mail.test', smtp_port: inbox.port, ...wrong });
    const message = await open.sendEmail({ variables: { url: 'https://u.test/only-for-ada' } });
    expect(message).toMatchObject({ status: 'queued', attempts: 1 });
    expect(await open.work(10, true)).toEqual([]);
    const failed = await open.store.outbox.find(message.id);
    expect(failed).toMatchObject({
      ...{ status: 'failed', attempts: 10, content: {} },
      error: 'mail.test refused the user name or the password (535)',
    });
    const [entry] = await open.listLogs('fn');
    expect(entry).toMatchObject({
      details: { to: 'ada@example.com', email_type: 'reset_email', notification_type: 'email' },
    });
    expect(JSON.stringify([entry, failed])).not.toMatch(/hunter2|only-for-ada/);
  });

  test('a refused recipient is final, and the words of the server are not repeated', async () => {
    await using inbox = await new SmtpInbox({
      onRcptTo: (_address, _session, callback) =>
        callback(
          Object.assign(new Error('5.1.1 see https://u.test/only-for-ada'), { responseCode: 550 }),
        ),
    }).listen();
    await open.useSmtp({ smtp_host: 'mail.test', smtp_port: inbox.port });
    const message = await open.sendEmail();
    expect(message).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/^mail\.test refused the sender or the recipient \(550/),
    });
    expect(JSON.stringify(await open.listLogs('fn'))).not.toContain('only-for-ada');
  });

  test('a recipient refused for now is tried again', async () => {
    let refusals = 1;
    await using inbox = await new SmtpInbox({
      onRcptTo: (_address, _session, callback) => {
        refusals -= 1;
        if (refusals < 0) callback();
        else callback(Object.assign(new Error('later'), { responseCode: 451 }));
      },
    }).listen();
    await open.useSmtp({ smtp_host: 'mail.test', smtp_port: inbox.port });
    const message = await open.sendEmail();
    expect(message).toMatchObject({ status: 'queued', attempts: 1 });
    await open.work(2);
    expect(await open.store.outbox.find(message.id)).toMatchObject({ status: 'sent', attempts: 2 });
    expect(inbox.mails).toHaveLength(1);
  });

  test('a refused message is final', async () => {
    await using inbox = await new SmtpInbox({
      onData: (stream, _session, callback) => {
        stream.resume();
        stream.on('end', () => callback(Object.assign(new Error('spam'), { responseCode: 554 })));
      },
    }).listen();
    await open.useSmtp({ smtp_host: 'mail.test', smtp_port: inbox.port });
    expect(await open.sendEmail()).toMatchObject({
      status: 'failed',
      error: 'mail.test refused the message (554)',
    });
  });
});

test('a server that is down gets the message when it is up again', async () => {
  const gone = await new SmtpInbox().listen();
  const { port } = gone;
  await gone[Symbol.asyncDispose]();
  await open.useSmtp({ smtp_host: 'mail.test', smtp_port: port });
  const message = await open.sendEmail({ to: 'up@example.com' });
  expect(message).toMatchObject({
    status: 'queued',
    error: `cannot connect to mail.test:${port}`,
  });
  await using inbox = await new SmtpInbox().listen(port);
  await open.work(2);
  expect(await open.store.outbox.find(message.id)).toMatchObject({ status: 'sent' });
  expect(inbox.mails).toMatchObject([{ to: ['up@example.com'] }]);
});

test('a server that says nonsense, and one that hangs up, are tried again later', async () => {
  for (const say of ['HTTP/1.1 400 Bad Request\r\n\r\n', '']) {
    await using server = await listen((socket) => socket.end(say));
    await open.useSmtp({ smtp_host: 'mail.test', smtp_port: portOf(server) });
    expect(await open.sendEmail()).toMatchObject({ status: 'queued' });
    await open.store.messageProviders.delete('email');
    open.waiting.length = 0;
  }
});

test('a server that answers without end is cut off', async () => {
  await using server = await listen((socket) => {
    socket.write('220 hello\r\n');
    const line = `250-${'x'.repeat(1_000)}\r\n`;
    socket.on('data', () => {
      for (let count = 0; count < 500; count += 1) socket.write(line);
    });
  });
  await open.useSmtp({ smtp_host: 'mail.test', smtp_port: portOf(server) });
  expect(await open.sendEmail()).toMatchObject({ status: 'queued' });
});

test('a tenant without a sender is told what to set', async () => {
  await open.useSmtp({ smtp_host: 'mail.test', smtp_port: 25 }, 'nobody');
  expect(await open.sendEmail()).toMatchObject({
    status: 'failed',
    error: expect.stringContaining('default_from_address'),
  });
});

test.for([
  'ada@example.com\r\nRCPT TO:<evil@example.com>',
  'ada@example.com, evil@example.com',
  'Ada <ada@example.com>',
  '"ada@evil.com>"@example.com',
  'ada@example.com\nBcc: evil@example.com',
  'ada@[127.0.0.1]',
  'ada@',
  '@example.com',
  'ada',
  'ada..b@example.com',
  `${'a'.repeat(65)}@example.com`,
  `ada@${'a'.repeat(250)}.com`,
])('the recipient %j is refused before any server is asked', async (to) => {
  await using inbox = await new SmtpInbox().listen();
  await open.useSmtp({ smtp_host: 'mail.test', smtp_port: inbox.port });
  expect(await open.sendEmail({ to })).toMatchObject({
    status: 'failed',
    error: 'the recipient is no e-mail address',
  });
  expect(inbox.mails).toEqual([]);
});

test('values in a subject begin no header, and no second message', async () => {
  await using inbox = await new SmtpInbox().listen();
  await open.useSmtp({ smtp_host: 'mail.test', smtp_port: inbox.port });
  await open.store.emailTemplates.save({
    name: 'verify_email',
    body: '<p>.\r\n.\r\n</p>{{ code }}',
    subject: 'Hi {{ code }}',
    from: 'Acme {{ code }} <a@acme.test>',
    isEnabled: true,
  });
  const code = 'x\r\nBcc: evil@example.com\r\n\r\n.\r\nMAIL FROM:<evil@example.com>\r\n';
  expect(await open.sendEmail({ template: 'verify_email', variables: { code } })).toMatchObject({
    status: 'sent',
  });
  expect(inbox.mails).toHaveLength(1);
  expect(inbox.mails[0]?.to).toEqual(['ada@example.com']);
  const [headers = ''] = (inbox.mails[0]?.raw ?? '').split('\r\n\r\n');
  expect(headers).not.toMatch(/^Bcc:/im);
});

describe("the operator's server", () => {
  test('is used where the tenant has none, always with the sender of the operator', async () => {
    await using inbox = await new SmtpInbox().listen();
    await using operator = await openMessages('operator', {
      operatorSmtp: {
        server: { host: '127.0.0.1', port: inbox.port, tls: 'none' },
        from: { name: 'Identity', address: 'no-reply@id.test' },
      },
      judgeHost: () => Promise.reject(new Error('only tenants are judged')),
    });
    await operator.store.emailTemplates.save({
      ...{ name: 'reset_email', body: '<p>x</p>', isEnabled: true },
      from: 'CEO <ceo@other-tenant.test>',
    });
    expect(await operator.sendEmail()).toMatchObject({ status: 'sent' });
    expect(inbox.mails[0]).toMatchObject({ from: 'no-reply@id.test' });
    expect(inbox.mails[0]?.raw).toContain('From: Identity <no-reply@id.test>');
    expect(inbox.mails[0]?.raw).not.toContain('other-tenant');
  });

  test('does not carry the mail of a tenant whose own server fails', async () => {
    await using inbox = await new SmtpInbox().listen();
    await using operator = await openMessages('own', {
      operatorSmtp: {
        server: { host: '127.0.0.1', port: inbox.port, tls: 'none' },
        from: { name: '', address: 'no-reply@id.test' },
      },
      judgeHost: () => Promise.reject(new Error('10.0.0.1 is a private address')),
    });
    await operator.useSmtp({ smtp_host: 'mail.test', smtp_port: 25 });
    expect(await operator.sendEmail()).toMatchObject({
      status: 'queued',
      error: 'mail.test cannot be reached: 10.0.0.1 is a private address',
    });
    expect(inbox.mails).toEqual([]);
  });
});
