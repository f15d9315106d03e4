import { connect, type Socket } from 'node:net';
import { createTransport } from 'nodemailer';
import type { Mailbox } from './addresses.ts';
import type { Delivery } from './delivery.ts';

/** A mail server, and how to log in there. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /**
   * `implicit`: from the first byte (port 465). `required`: STARTTLS, or nothing is sent. `offered`:
   * STARTTLS where the server offers it. `none`: within this machine. Certificates are always checked.
   */
  readonly tls: 'implicit' | 'required' | 'offered' | 'none';
  readonly user?: string;
  readonly password?: string;
}

/** Where to connect for a host name: addresses that were judged. */
export interface SmtpAddress {
  readonly address: string;
  readonly port: number;
}

/** One e-mail, checked. */
export interface SmtpMessage {
  /** The same at every attempt, so that a receiver can tell that it has it already. */
  readonly id: string;
  readonly from: Mailbox;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** Time to connect to one address, and for the server's first word, ms. */
const CONNECT_MS = 10_000;
/** Silence in the middle of the talk, ms. */
const SILENCE_MS = 30_000;
/** The whole talk, ms: a server that answers a byte now and then must not hold a worker for ever. */
const TALK_MS = 60_000;
/** Largest answer of a server, bytes. */
const MAX_ANSWER_BYTES = 65_536;

/** Sends one e-mail over a connection of its own. Never rejects: whatever a server does is a `Delivery`. */
export async function sendSmtp(
  server: SmtpServer,
  addresses: readonly SmtpAddress[],
  message: SmtpMessage,
): Promise<Delivery> {
  const socket = await openSocket(addresses);
  if (socket === undefined) {
    return { kind: 'retry', reason: `cannot connect to ${server.host}:${server.port}` };
  }
  const timer = setTimeout(() => socket.destroy(new Error('the talk took too long')), TALK_MS);
  try {
    const info = await createSmtpTransport(server, socket).sendMail(toMail(message));
    if (info.accepted.length > 0) return { kind: 'sent' };
    return { kind: 'failed', reason: `${server.host} refused the recipient` };
  } catch (error) {
    return toDelivery(error, server);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

function createSmtpTransport(server: SmtpServer, socket: Socket) {
  const { host, port, tls, user, password } = server;
  return createTransport({
    connection: socket,
    ...{ host, port },
    secure: tls === 'implicit',
    requireTLS: tls === 'required',
    ignoreTLS: tls === 'none',
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    maxResponseSize: MAX_ANSWER_BYTES,
    tls: { minVersion: 'TLSv1.2' },
    // A message is text: nothing of it may name a file or an address to fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
  });
}

/** Envelope and headers are given apart, so that no header is read to find out where a message goes. */
function toMail({ id, from, to, subject, html, text }: SmtpMessage) {
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  return {
    envelope: { from: from.address, to: [to] },
    from: { name: from.name, address: from.address },
    to: { name: '', address: to },
    ...{ subject, html, text },
    messageId: `<${id}@${domain}>`,
    // Tells out-of-office replies to be silent (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

async function openSocket(addresses: readonly SmtpAddress[]): Promise<Socket | undefined> {
  for (const { address, port } of addresses) {
    const opened = Promise.withResolvers<boolean>();
    const socket = connect({ host: address, port });
    socket.setTimeout(CONNECT_MS, () => socket.destroy());
    socket.once('connect', () => opened.resolve(true));
    socket.once('close', () => opened.resolve(false));
    // Errors end in `close`; later ones are the transport's.
    socket.on('error', () => undefined);
    if (await opened.promise) {
      socket.setTimeout(0);
      return socket;
    }
  }
  return undefined;
}

/** 5xx to the recipient or the message stands for good; what the operator can repair is tried again. */
function toDelivery(error: unknown, { host }: SmtpServer): Delivery {
  const { code, responseCode, response } = readError(error);
  const reason = describe({ code, responseCode, response, host });
  const isFinal = (code === 'EENVELOPE' || code === 'EMESSAGE') && (responseCode ?? 0) >= 500;
  return { kind: isFinal ? 'failed' : 'retry', reason };
}

interface SmtpFailure {
  readonly code: string | undefined;
  readonly responseCode: number | undefined;
  readonly response: string | undefined;
}

function readError(error: unknown): SmtpFailure {
  const { code, responseCode, response }: Readonly<Record<string, unknown>> =
    error instanceof Error ? { ...error } : {};
  return {
    code: typeof code === 'string' ? code : undefined,
    responseCode: typeof responseCode === 'number' ? responseCode : undefined,
    response: typeof response === 'string' ? response : undefined,
  };
}

const MEANINGS: Readonly<Record<string, string>> = {
  EAUTH: 'refused the user name or the password',
  EENVELOPE: 'refused the sender or the recipient',
  EMESSAGE: 'refused the message',
  ETLS: 'offers no TLS, or not as it must be',
  ESOCKET: 'broke the connection, or its certificate is not valid',
  ECONNECTION: 'closed the connection',
  ETIMEDOUT: 'did not answer in time',
  EPROTOCOL: 'does not speak SMTP',
};

/**
 * Only the numbers of a server's answer: spam filters quote links in theirs. `550 5.1.1` is a reply code
 * (RFC 5321) and an enhanced one (RFC 3463).
 */
function describe(failure: SmtpFailure & { readonly host: string }): string {
  const numbers = /^\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?/.exec(failure.response ?? '')?.[0];
  const shown = numbers ?? failure.responseCode?.toString();
  const meaning = MEANINGS[failure.code ?? ''] ?? 'could not be talked to';
  return `${failure.host} ${meaning}${shown === undefined ? '' : ` (${shown})`}`;
}
