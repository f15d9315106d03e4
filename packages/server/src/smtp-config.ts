import { type OperatorSmtp, parseMailbox } from '@tessera/messages';
import { z } from 'zod';
import { isLoopbackHost } from './loopback.ts';
import { StartupError } from './startup-error.ts';

/** Variables of the operator's mail server. */
export const SMTP_VARIABLES = {
  /** `smtp://user:password@host:port`, or `smtps://` for TLS from the first byte. Holds a password. */
  TESSERA_SMTP_URL: z.string().optional(),
  /** Sender of all e-mails that go that way. */
  TESSERA_SMTP_FROM: z.string().optional(),
};

type SmtpVariables = Readonly<z.output<z.ZodObject<typeof SMTP_VARIABLES>>>;

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'smtp:': 587, 'smtps:': 465 };

/** Reads the variables. `url` is the server's own base URL, whose host is the default sender's. */
export function toOperatorSmtp(
  { TESSERA_SMTP_URL: text, TESSERA_SMTP_FROM: from }: SmtpVariables,
  url: string | undefined,
): OperatorSmtp | undefined {
  if (text === undefined || text === '') return undefined;
  const parsed = URL.parse(text);
  const port = DEFAULT_PORTS[parsed?.protocol ?? ''];
  const isPlain =
    parsed !== null && /^\/?$/.test(parsed.pathname) && parsed.search === '' && parsed.hash === '';
  if (parsed === null || port === undefined || parsed.hostname === '' || !isPlain) {
    throw new StartupError(
      'TESSERA_SMTP_URL is not valid: it must be smtp://host:port or smtps://host:port, with user:password@ before the host where the server asks for them (characters such as @ and / percent-encoded). See docs/configuration.md.',
    );
  }
  const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1');
  const hasUser = parsed.username !== '';
  return {
    from: readSender(from, url),
    server: {
      host,
      port: Number(parsed.port) || port,
      tls: tlsFor(parsed, hasUser),
      ...(hasUser ? { user: decode(parsed.username), password: decode(parsed.password) } : {}),
    },
  };
}

/** A password crosses no network in the clear; within this machine there is none. */
function tlsFor({ protocol, hostname }: URL, hasUser: boolean): OperatorSmtp['server']['tls'] {
  if (protocol === 'smtps:') return 'implicit';
  if (isLoopbackHost(hostname)) return 'none';
  return hasUser ? 'required' : 'offered';
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new StartupError(
      'TESSERA_SMTP_URL is not valid: a % in user or password is written as %25. See docs/configuration.md.',
      { cause },
    );
  }
}

function readSender(from: string | undefined, url: string | undefined): OperatorSmtp['from'] {
  const host = url === undefined ? 'localhost' : new URL(url).hostname;
  const sender = parseMailbox(from ?? `no-reply@${host}`);
  if (sender !== undefined) return sender;
  throw new StartupError(
    'TESSERA_SMTP_FROM is not valid: it must be an e-mail address, or Name <address>. See docs/configuration.md.',
  );
}
