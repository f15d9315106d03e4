import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** What a mail server took. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and bodies, as they came. */
  readonly raw: string;
  readonly isEncrypted: boolean;
  readonly user: string | undefined;
}

/** A real mail server on loopback that keeps what it gets. */
export class SmtpInbox implements AsyncDisposable {
  readonly mails: ReceivedMail[] = [];
  readonly server: SMTPServer;
  #port = 0;

  constructor(options: SMTPServerOptions = {}) {
    this.server = new SMTPServer({
      authOptional: true,
      allowInsecureAuth: true,
      logger: false,
      disabledCommands: options.key === undefined ? ['STARTTLS'] : [],
      onAuth: ({ username, password }, _session, callback) => {
        if (username === 'user' && password === 'secret') callback(null, { user: username });
        else callback(Object.assign(new Error('no'), { responseCode: 535 }));
      },
      onData: (stream, session, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          this.mails.push({
            from: mailFrom ? mailFrom.address : '',
            to: rcptTo.map(({ address }) => address),
            raw: Buffer.concat(chunks).toString('utf8'),
            isEncrypted: session.secure,
            user: typeof session.user === 'string' ? session.user : undefined,
          });
          callback();
        });
      },
      ...options,
    });
    // Clients that go away are theirs to report.
    this.server.on('error', () => undefined);
  }

  get port(): number {
    return this.#port;
  }

  /** On a free port, or on `port` once more. */
  async listen(port = 0): Promise<this> {
    const listening = Promise.withResolvers<void>();
    this.server.listen(port, '127.0.0.1', listening.resolve);
    await listening.promise;
    this.#port = (this.server.server.address() as AddressInfo).port;
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.server.close(closed.resolve);
    await closed.promise;
  }
}
