import { existsSync, readlinkSync } from 'node:fs';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Logger } from '@tessera/model';
import type { Config } from './config.ts';
import { createApplication } from './create-application.ts';
import { createLogger } from './logger.ts';
import { isLoopbackHost } from './loopback.ts';
import { prepareDataDirectory } from './prepare-data-directory.ts';
import { StartupError } from './startup-error.ts';
import { loadTls, type TlsMaterial } from './tls.ts';

/** A server that answers requests. */
export interface RunningServer {
  /** Public base URL of the default tenant, without trailing slash. */
  readonly url: string;
  /** What a person wants to know when it is ready. */
  readonly banner: string;
  /** Answers what is under way, refuses new requests, ends workers and processes, in that order. */
  close(): Promise<void>;
}

export interface StartOptions {
  /** Gets a line per step of the start-up. */
  readonly progress: (line: string) => void;
}

/** Requests' header block may be this large, bytes; larger ones get 431. */
const MAX_HEADER_BYTES = 32 * 1024;
/** Time for a client to send its headers, and its whole request, ms: slow senders hold a socket no longer. */
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** A shutdown waits this long for requests under way, ms. */
const DRAIN_MS = 25_000;

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Starts everything and resolves when it answers. On failure whatever was started is ended again. */
export async function startServer(config: Config, options: StartOptions): Promise<RunningServer> {
  const logger = createLogger(config.logLevel);
  for (const name of config.unknownVariables) {
    options.progress(`Note: ${name} is set, but this version of Tessera has no use for it.`);
  }
  prepareDataDirectory(config.dataDir);
  const scheme = config.tls.kind === 'off' ? 'http' : 'https';
  const configuredHost = config.url === undefined ? 'localhost' : new URL(config.url).hostname;
  const tls = await loadTls(config.tls, config.dataDir, configuredHost);
  let handler: Handler = answerStarting;
  const listener = await listen(config, tls, (request, response) => handler(request, response));
  const port = (listener.address() as AddressInfo).port;
  const url = config.url ?? `${scheme}://localhost:${port}`;
  try {
    const application = await createApplication({
      config,
      url,
      port,
      tls,
      logger,
      progress: options.progress,
    });
    handler = application.handle;
    return {
      url,
      banner: createBanner({ url, port, config, sandbox: application.sandbox }),
      async close() {
        application.endStreams();
        await closeListener(listener, logger);
        await application.close();
      },
    };
  } catch (error) {
    listener.close();
    listener.closeAllConnections();
    throw error;
  }
}

/** Listening comes first, so that a taken port is told before a database is started; nobody is served yet. */
function answerStarting(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' });
  response.end('{"error":"temporarily_unavailable","error_description":"The server is starting."}');
}

async function listen(
  config: Config,
  tls: TlsMaterial | undefined,
  handler: Handler,
): Promise<ReturnType<typeof createHttpServer>> {
  const options = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    noDelay: true,
  };
  const server =
    tls === undefined
      ? createHttpServer(options, handler)
      : createHttpsServer(
          { ...options, cert: tls.cert, key: tls.key, minVersion: 'TLSv1.2' },
          handler,
        );
  const ready = Promise.withResolvers<void>();
  server.once('error', ready.reject);
  server.listen(config.port, config.host, ready.resolve);
  try {
    await ready.promise;
  } catch (cause) {
    throw new StartupError(explainListenError(cause, config), { cause });
  }
  return server;
}

function explainListenError(error: unknown, config: Config): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return `port ${config.port} on ${config.host} is in use. Stop what uses it, or set PORT to another port.`;
    case 'EACCES':
      return `port ${config.port} needs a privilege that this user does not have. Set PORT to 1024 or above.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST (${config.host}) is no address of this machine.`;
    default:
      return `cannot listen on ${config.host}:${config.port} (${String(code)}).`;
  }
}

async function closeListener(
  server: ReturnType<typeof createHttpServer>,
  logger: Logger,
): Promise<void> {
  const closed = Promise.withResolvers<void>();
  server.close(() => closed.resolve());
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    logger.warn({ drainMs: DRAIN_MS }, 'requests still under way at shutdown were cut');
    server.closeAllConnections();
  }, DRAIN_MS);
  await closed.promise;
  clearTimeout(timer);
}

function createBanner(options: {
  readonly url: string;
  readonly port: number;
  readonly config: Config;
  readonly sandbox: { readonly level: string; readonly note: string };
}): string {
  const { url, port, config, sandbox } = options;
  const { host } = config;
  const { hostname, port: urlPort, protocol } = new URL(url);
  const publicPort = Number(urlPort) || (protocol === 'https:' ? 443 : 80);
  const isSame = publicPort === port && isLoopbackHost(hostname) && isLoopbackHost(host);
  const note = sandbox.note === '' ? '' : ` (${sandbox.note})`;
  return [
    '',
    'Tessera is ready.',
    `  URL             ${url}`,
    ...(isSame ? [] : [`  Listening on    ${host.includes(':') ? `[${host}]` : host}:${port}`]),
    `  Data directory  ${config.dataDir} (${describeDatabase(config)})`,
    `  Sandbox         ${sandbox.level}${note}`,
    '',
  ].join('\n');
}

/** Where the data is; the files of the embedded database may have had to move, see docs/configuration.md. */
function describeDatabase(config: Config): string {
  if (config.databaseUrl !== undefined) return 'PostgreSQL at DATABASE_URL';
  const link = join(config.dataDir, 'postgres', 'relocated');
  return existsSync(link) ? `embedded PostgreSQL in ${readlinkSync(link)}` : 'embedded PostgreSQL';
}
