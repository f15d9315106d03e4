import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Agent, fetch } from 'undici';
import { createManagement, type Management } from './management.ts';

/** A real server in a process of its own, on loopback and a free port, with a data directory of its own. */
export interface TestServer extends AsyncDisposable {
  /** Base URL of the default tenant, without trailing slash. */
  readonly url: string;
  readonly dataDir: string;
  /** Credentials of the bootstrap client: all management and platform scopes. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** `fetch` that trusts the server's local CA and does not follow redirects by itself. */
  readonly fetch: typeof fetch;
  /** A token for an API, as the bootstrap client gets it. Rejects with the server's answer. */
  getToken(audience: string): Promise<string>;
  /** The management API of the default tenant. */
  readonly management: Management;
  /** What the server wrote so far, both streams. */
  output(): string;
  /** `SIGKILL`: no goodbye. The embedded database survives, as after a real crash. */
  kill(): Promise<void>;
  /** Starts again on the same port and data. */
  start(): Promise<void>;
  /** Graceful end; resolves with the exit code. */
  stop(): Promise<number>;
}

export interface TestServerOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Serve https with a local CA. Default false. */
  readonly tls?: boolean;
}

const READY_TIMEOUT_MS = 90_000;
const MAIN = resolve(import.meta.dirname, '../../server/src/main.ts');

/** Starts a server from source and resolves when it is ready. Its end removes everything it made. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tessera-e2e-'));
  // The embedded database runs as another user when the tests run as root, and must reach its files.
  chmodSync(dataDir, 0o755);
  const port = await findFreePort();
  const clientId = `bootstrap${randomBytes(8).toString('hex')}`;
  const clientSecret = randomBytes(32).toString('hex');
  const url = `${options.tls ? 'https' : 'http'}://localhost:${port}`;
  const env = {
    PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
    HOME: tmpdir(),
    PORT: String(port),
    TESSERA_DATA_DIR: dataDir,
    TESSERA_BOOTSTRAP_CLIENT_ID: clientId,
    TESSERA_BOOTSTRAP_CLIENT_SECRET: clientSecret,
    TESSERA_LOG_LEVEL: 'info',
    TESSERA_DEV: '1',
    ...(options.tls ? { TESSERA_TLS: 'auto' } : {}),
    ...options.env,
  };
  const running = new ServerProcess(env);
  try {
    await running.start();
  } catch (error) {
    await running.end('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  }
  const ca = options.tls ? readFileSync(join(dataDir, 'tls', 'ca.pem'), 'utf8') : undefined;
  const dispatcher = new Agent({ connect: ca === undefined ? {} : { ca } });
  const ownFetch: typeof fetch = (input, init) =>
    fetch(input, { redirect: 'manual', dispatcher, ...init });
  const getToken = async (audience: string): Promise<string> => {
    const answer = await ownFetch(`${url}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
        audience,
      }),
    });
    const body = (await answer.json()) as { access_token?: string };
    if (body.access_token === undefined)
      throw new Error(`no token for ${audience}: ${JSON.stringify(body)}`);
    return body.access_token;
  };
  return {
    url,
    dataDir,
    clientId,
    clientSecret,
    fetch: ownFetch,
    getToken,
    management: createManagement({ url, getToken, fetch: ownFetch }),
    output: () => running.output,
    kill: () => running.end('SIGKILL').then(() => undefined),
    start: () => running.start(),
    stop: () => running.end('SIGTERM'),
    async [Symbol.asyncDispose]() {
      await dispatcher.destroy();
      // A killed server leaves its database running; only a server that adopts it can stop it.
      if (!running.isRunning && running.wasKilled) await running.start();
      await running.end('SIGTERM');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The process, over any number of lives. */
class ServerProcess {
  output = '';
  wasKilled = false;
  readonly #env: Record<string, string>;
  #child: ChildProcess | undefined;

  constructor(env: Record<string, string>) {
    this.#env = env;
  }

  get isRunning(): boolean {
    return (
      this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
    );
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, ['--conditions=source', '--disable-sigusr1', MAIN], {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    this.wasKilled = false;
    const ready = Promise.withResolvers<void>();
    const timer = setTimeout(
      () => ready.reject(new Error(`the server was not ready in time:\n${this.output}`)),
      READY_TIMEOUT_MS,
    );
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        if (text.includes('Tessera is ready')) ready.resolve();
      });
    }
    child.on('exit', (code) =>
      ready.reject(new Error(`the server ended with ${code}:\n${this.output}`)),
    );
    try {
      await ready.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number> {
    const child = this.#child;
    if (child === undefined || !this.isRunning) return child?.exitCode ?? 0;
    this.wasKilled = signal === 'SIGKILL';
    const ended = Promise.withResolvers<number>();
    child.on('exit', (code) => ended.resolve(code ?? -1));
    child.kill(signal);
    return await ended.promise;
  }
}

/** A port that nothing listens on at this moment. */
async function findFreePort(): Promise<number> {
  const server = createServer();
  const listening = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  const address = server.address();
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  await closed.promise;
  if (address === null || typeof address === 'string') throw new Error('no port was assigned');
  return address.port;
}
