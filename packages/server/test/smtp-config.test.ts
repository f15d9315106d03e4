import { expect, test } from 'vitest';
import { parseConfig } from '../src/config.ts';

const PROXY = { TESSERA_TRUST_PROXY: '10.0.0.0/8' };

test.for<[string, Record<string, string>, object | undefined]>([
  ['no mail server', {}, undefined],
  ['an empty value', { TESSERA_SMTP_URL: '' }, undefined],
  [
    'a server in the network: STARTTLS where it is offered',
    { TESSERA_SMTP_URL: 'smtp://mail.example.com' },
    {
      server: { host: 'mail.example.com', port: 587, tls: 'offered' },
      from: { name: '', address: 'no-reply@localhost' },
    },
  ],
  [
    'a password: only over TLS',
    { TESSERA_SMTP_URL: 'smtp://us%40er:p%2Fw@mail.example.com:2525' },
    {
      server: {
        host: 'mail.example.com',
        port: 2525,
        tls: 'required',
        user: 'us@er',
        password: 'p/w',
      },
    },
  ],
  [
    'TLS from the first byte',
    { TESSERA_SMTP_URL: 'smtps://mail.example.com' },
    { server: { port: 465, tls: 'implicit' } },
  ],
  [
    'within this machine',
    { TESSERA_SMTP_URL: 'smtp://u:p@[::1]:25' },
    { server: { host: '::1', port: 25, tls: 'none' } },
  ],
  [
    'a sender with a name',
    { TESSERA_SMTP_URL: 'smtp://m', TESSERA_SMTP_FROM: 'Identity <id@example.com>' },
    { from: { name: 'Identity', address: 'id@example.com' } },
  ],
  [
    'the sender of the public URL',
    { TESSERA_SMTP_URL: 'smtp://m', TESSERA_URL: 'https://id.example.com', ...PROXY },
    { from: { address: 'no-reply@id.example.com' } },
  ],
])('parseConfig() reads %s', ([, env, smtp]) => {
  const config = parseConfig(env);
  if (smtp === undefined) expect(config.smtp).toBeUndefined();
  else expect(config.smtp).toMatchObject(smtp);
});

test.for([
  ['http://mail.example.com', 'smtp://host:port'],
  ['mail.example.com', 'smtp://host:port'],
  ['smtp://', 'smtp://host:port'],
  ['smtp://mail.example.com/inbox', 'smtp://host:port'],
  ['smtp://mail.example.com?tls=no', 'smtp://host:port'],
  ['smtp://user:secret%zz@mail.example.com', '%25'],
])('parseConfig() refuses %s, and repeats no password', ([TESSERA_SMTP_URL = '', reason = '']) => {
  const read = () => parseConfig({ TESSERA_SMTP_URL });
  expect(read).toThrow(/^TESSERA_SMTP_URL is not valid/);
  expect(read).toThrow(reason);
  expect(read).not.toThrow('secret');
});

test.for(['nobody', 'a@b.test, c@d.test', 'A <a@b.test>\nBcc: x@y.test', '<>'])(
  'parseConfig() refuses the sender %j',
  (TESSERA_SMTP_FROM) => {
    const env = { TESSERA_SMTP_URL: 'smtp://m', TESSERA_SMTP_FROM };
    expect(() => parseConfig(env)).toThrow(/^TESSERA_SMTP_FROM is not valid/);
  },
);
