import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { StartupError } from './startup-error.ts';

/** Finds the address of the client, and the host it asked for, behind trusted proxies. */
export interface ClientAddress {
  ipOf(request: IncomingMessage): string;
  hostOf(request: IncomingMessage): string | undefined;
  /** The connection comes from a trusted proxy. */
  isTrusted(request: IncomingMessage): boolean;
}

/**
 * Believes `X-Forwarded-For` and `X-Forwarded-Host` only when the connection comes from one of
 * `trusted` (addresses or CIDR ranges), and of the chain only the part that trusted proxies wrote.
 */
export function createClientAddress(trusted: readonly string[]): ClientAddress {
  const proxies = toBlockList(trusted);
  const isTrusted = (ip: string): boolean => proxies.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4');

  const isProxied = (request: IncomingMessage): boolean => {
    const peer = canonicalIp(request.socket.remoteAddress ?? '');
    return isIP(peer) !== 0 && isTrusted(peer);
  };

  return {
    isTrusted: isProxied,
    ipOf(request) {
      let ip = canonicalIp(request.socket.remoteAddress ?? '');
      const chain = headerValue(request, 'x-forwarded-for')?.split(',') ?? [];
      // From the nearest hop outwards: the first address that is no proxy of ours is the client.
      while (isIP(ip) !== 0 && isTrusted(ip)) {
        const next = canonicalIp(chain.pop()?.trim() ?? '');
        if (isIP(next) === 0) break;
        ip = next;
      }
      return ip;
    },
    hostOf(request) {
      const forwarded = isProxied(request) ? headerValue(request, 'x-forwarded-host') : undefined;
      return forwarded?.split(',').at(-1)?.trim() ?? request.headers.host;
    },
  };
}

function headerValue(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

/** IPv4 addresses in IPv6 form count as IPv4: `::ffff:10.0.0.1` is `10.0.0.1`. */
function canonicalIp(ip: string): string {
  return ip.startsWith('::ffff:') && ip.includes('.') ? ip.slice(7) : ip;
}

function toBlockList(entries: readonly string[]): BlockList {
  const blockList = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/');
    const version = isIP(address);
    if (version === 0) {
      throw new StartupError(
        `TESSERA_TRUST_PROXY has an entry that is no address: ${entry}. Use addresses or ranges such as 10.0.0.0/8.`,
      );
    }
    const family = version === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) blockList.addAddress(address, family);
    else blockList.addSubnet(address, Number(prefix), family);
  }
  return blockList;
}
