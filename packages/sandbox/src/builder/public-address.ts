import { lookup as resolveName } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The connection would have left the public internet. */
class PrivateAddressError extends Error {
  readonly code = 'EPRIVATEADDRESS';

  constructor() {
    super('The address is not a public one');
    this.name = 'PrivateAddressError';
  }
}

/** True for addresses of the public internet only: no loopback, private, link-local or reserved ranges. */
function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  return ipaddr.process(address).range() === 'unicast';
}

/** Resolves like `dns.lookup`, but fails when any address of the name is not public. */
const lookupPublic: LookupFunction = (hostname, options, callback) => {
  resolveName(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, []);
    const first = addresses[0];
    if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address))) {
      return callback(new PrivateAddressError(), []);
    }
    if (options.all === true) return callback(null, addresses);
    callback(null, first.address, first.family);
  });
};

/**
 * An agent for addresses that an author wrote: every connection it makes, redirects included, goes to
 * the public internet. The check and the connection use the same resolution, so a name that changes
 * its mind between them gains nothing.
 */
export function createPublicAgent(
  protocol: string,
  tls: { readonly ca?: string[]; readonly rejectUnauthorized: boolean },
): HttpAgent {
  const agent =
    protocol === 'https:'
      ? new HttpsAgent({ ...tls, keepAlive: true, lookup: lookupPublic })
      : new HttpAgent({ keepAlive: true, lookup: lookupPublic });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    // A literal address is connected to without a lookup.
    const host = (options.host ?? 'localhost').replace(/^\[(.*)\]$/, '$1');
    if (isIP(host) !== 0 && !isPublicAddress(host)) throw new PrivateAddressError();
    return connect(options, callback);
  };
  return agent;
}
