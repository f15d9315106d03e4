import { isIP } from 'node:net';
import type { UpstreamFetch } from '@tessera/accounts';
import type { EgressPolicy } from '@tessera/sandbox';
import { Agent, buildConnector, fetch } from 'undici';

/** Time for a whole answer of an upstream provider, ms. */
const TIMEOUT_MS = 10_000;
/** Largest answer, bytes: discovery documents, key sets and tokens are far smaller. */
const MAX_BODY_BYTES = 1024 * 1024;

/**
 * `fetch` in the name of a tenant: to what the operator's and the tenant's egress rules allow, never to
 * private or loopback addresses unless a rule says so. The address that was judged is the one that is
 * connected to, so that a name cannot point elsewhere meanwhile. Redirects are not followed; connections
 * are not kept, so that rules hold from the next request on.
 */
export function createUpstreamFetch(egress: EgressPolicy): (tenantId: string) => UpstreamFetch {
  return (tenantId) => async (url, init) => {
    const agent = new Agent({ connect: judgedConnector(egress, tenantId), pipelining: 0 });
    try {
      const { body, headers, method } = init;
      const answer = await fetch(url, {
        method: method ?? 'GET',
        headers: [...new Headers(headers)],
        ...(body === undefined || body === null ? {} : { body: String(body) }),
        redirect: 'manual',
        dispatcher: agent,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const content = await readBody(answer.body);
      const isEmpty = answer.status === 204 || answer.status === 304;
      return new Response(isEmpty ? null : content, {
        status: answer.status,
        headers: [...answer.headers],
      });
    } finally {
      await agent.destroy();
    }
  };
}

async function readBody(body: AsyncIterable<Uint8Array> | null): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      throw new Error(`the answer of an upstream provider exceeds ${MAX_BODY_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function judgedConnector(egress: EgressPolicy, tenantId: string): buildConnector.connector {
  const connect = buildConnector({ timeout: TIMEOUT_MS, allowH2: false });
  return (options, callback) => {
    const { hostname, protocol } = options;
    const port = Number(options.port || (protocol === 'https:' ? 443 : 80));
    const host = hostname.replace(/^\[|\]$/g, '');
    egress.decide({ tenantId, host, port, actionRules: [] }).then(
      ({ destinations: [destination] }) => {
        if (destination === undefined) {
          callback(new Error(`${host} has no address`), null);
          return;
        }
        const servername = options.servername ?? (isIP(host) === 0 ? host : undefined);
        connect(
          {
            ...options,
            hostname: destination.address,
            host: destination.address,
            port: String(destination.port),
            ...(servername === undefined ? {} : { servername }),
          },
          callback,
        );
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}
