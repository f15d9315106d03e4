import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger, Store } from '@tessera/model';
import { describeLimits, type SandboxRunner } from '@tessera/sandbox';
import type { Registry } from 'prom-client';
import { isLoopbackHost } from './loopback.ts';

/** What the operator's routes look at. */
export interface Operations {
  readonly store: Pick<Store, 'ping'>;
  readonly sandbox: Pick<SandboxRunner, 'ping' | 'describeSandbox'>;
  /** What the server stands on, for `tessera doctor`. */
  readonly platform: {
    readonly databaseVersion: string;
    readonly isDatabaseEmbedded: boolean;
    /** Unpacked size of one Action's dependencies, MB. */
    readonly dependenciesMb: number;
  };
  readonly metrics: Registry;
  readonly logger: Logger;
}

/** How long a readiness probe may take before it counts as a no. */
const READY_TIMEOUT_MS = 5_000;

/**
 * Answers `/healthz`, `/readyz` and `/metrics` at any host, for probes that know no tenant.
 * Returns false for every other path. `/metrics`, and the sandbox's description in `/readyz`, are
 * for this machine only: they tell an attacker what to try.
 */
export async function handleOperations(
  operations: Operations,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const path = (request.url ?? '').split('?', 1)[0];
  const isLocal = isLocalRequest(request);
  switch (path) {
    case '/healthz':
      sendJson(response, 200, { status: 'ok' });
      return true;
    case '/readyz': {
      const failures = await findFailures(operations);
      const status = failures.length === 0 ? 'ready' : 'unavailable';
      const body = {
        status,
        failures,
        ...(isLocal ? describeSelf(operations) : {}),
      };
      sendJson(response, failures.length === 0 ? 200 : 503, body);
      return true;
    }
    case '/metrics':
      if (!isLocal) {
        sendJson(response, 403, {
          error: 'access_denied',
          error_description: 'Metrics are served on loopback only.',
        });
      } else {
        response.writeHead(200, { 'content-type': operations.metrics.contentType });
        response.end(await operations.metrics.metrics());
      }
      return true;
    default:
      return false;
  }
}

function describeSelf({ sandbox, platform }: Operations): object {
  const { limits, ...description } = sandbox.describeSandbox();
  const installBytes = platform.dependenciesMb * 1024 * 1024;
  return {
    node: process.versions.node,
    database: { version: platform.databaseVersion, embedded: platform.isDatabaseEmbedded },
    sandbox: { ...description, limits: describeLimits(limits, { installBytes }) },
  };
}

async function findFailures(operations: Operations): Promise<string[]> {
  const checks: [name: string, check: Promise<void>][] = [
    ['database', operations.store.ping()],
    ['sandbox', operations.sandbox.ping()],
  ];
  const failures: string[] = [];
  for (const [name, check] of checks) {
    const timer = Promise.withResolvers<never>();
    const timeout = setTimeout(
      () => timer.reject(new Error('no answer in time')),
      READY_TIMEOUT_MS,
    );
    try {
      await Promise.race([check, timer.promise]);
    } catch (error) {
      operations.logger.error({ err: error }, `readiness: ${name} does not answer`);
      failures.push(name);
    } finally {
      clearTimeout(timeout);
    }
  }
  return failures;
}

/** From this machine and not through a proxy. */
function isLocalRequest(request: IncomingMessage): boolean {
  const address = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  return (
    isLoopbackHost(address) &&
    request.headers['x-forwarded-for'] === undefined &&
    request.headers.forwarded === undefined
  );
}

/** Writes a JSON answer. */
export function sendJson(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(text);
}
