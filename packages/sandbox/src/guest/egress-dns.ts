import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { isIP } from 'node:net';
import type { EgressChannel } from './egress-channel.ts';

interface LookupOptions {
  readonly family?: number | 'IPv4' | 'IPv6';
  readonly all?: boolean;
}
interface Address {
  readonly address: string;
  readonly family: number;
}
type LookupCallback = (error: Error | null, address?: string | Address[], family?: number) => void;

/** Lookups that the broker does not do: it answers with addresses, for connections. */
const OTHER_RECORDS = [
  'resolveAny',
  'resolveCaa',
  'resolveCname',
  'resolveMx',
  'resolveNaptr',
  'resolveNs',
  'resolvePtr',
  'resolveSoa',
  'resolveSrv',
  'resolveTlsa',
  'resolveTxt',
  'reverse',
] as const;

/** Asks the broker wherever Node would ask the machine's resolver. Other record types stay unreachable. */
export function patchDns(channel: EgressChannel): void {
  const find = async (host: string, options: LookupOptions): Promise<Address[]> => {
    const family = Number(String(options.family ?? 0).replace('IPv', ''));
    const known = isIP(host);
    const found = known > 0 ? [{ address: host, family: known }] : await channel.resolve(host);
    const addresses = found.filter((entry) => family === 0 || entry.family === family);
    if (known === 0) for (const { address } of found) rememberName(address, host);
    if (addresses.length > 0) return addresses;
    throw notFound(host);
  };

  const lookupPromise = async (host: string, given: LookupOptions | number = {}) => {
    const options = typeof given === 'number' ? { family: given } : given;
    const addresses = await find(host, options);
    return options.all === true ? addresses : addresses[0];
  };
  const lookup = (host: string, ...rest: unknown[]) => {
    const callback = rest.at(-1) as LookupCallback;
    const given = rest.length > 1 ? rest[0] : {};
    const options = (
      typeof given === 'number' ? { family: given } : (given ?? {})
    ) as LookupOptions;
    find(host, options).then(
      (addresses) => {
        if (options.all === true) callback(null, addresses);
        else callback(null, addresses[0]?.address ?? '', addresses[0]?.family ?? 0);
      },
      (error: Error) => callback(error),
    );
  };
  const resolveFamily = (family: 4 | 6) => async (host: string) =>
    (await find(host, { family })).map((entry) => entry.address);
  const withCallback =
    (promised: (host: string) => Promise<string[]>) =>
    (host: string, ...rest: unknown[]) => {
      const callback = rest.at(-1) as (error: Error | null, addresses?: string[]) => void;
      promised(host).then((addresses) => callback(null, addresses), callback);
    };

  const resolvePromise = async (host: string, recordType = 'A') => {
    if (recordType !== 'A' && recordType !== 'AAAA')
      throw notResolved(`resolve ${recordType}`, host);
    return await resolveFamily(recordType === 'A' ? 4 : 6)(host);
  };
  const resolve = (host: string, ...rest: unknown[]) => {
    const recordType = typeof rest[0] === 'string' ? rest[0] : 'A';
    withCallback(() => resolvePromise(host, recordType))(host, ...rest);
  };
  for (const method of OTHER_RECORDS) {
    const refuse = async (host: string): Promise<string[]> => {
      throw notResolved(method, host);
    };
    Object.assign(dns.promises, { [method]: refuse });
    Object.assign(dns, { [method]: withCallback(refuse) });
  }

  Object.assign(dns.promises, {
    lookup: lookupPromise,
    resolve: resolvePromise,
    resolve4: resolveFamily(4),
    resolve6: resolveFamily(6),
  });
  Object.assign(dns, {
    lookup,
    resolve,
    resolve4: withCallback(resolveFamily(4)),
    resolve6: withCallback(resolveFamily(6)),
  });
  // `import` of built-ins sees the replacements too.
  syncBuiltinESMExports();
}

/** Addresses are remembered this long at least, by count: libraries keep answers for minutes. */
const MAX_NAMES = 256;
const namesOf = new Map<string, string>();

function rememberName(address: string, host: string): void {
  namesOf.delete(address);
  namesOf.set(address, host);
  const [oldest] = namesOf.keys();
  if (namesOf.size > MAX_NAMES && oldest !== undefined) namesOf.delete(oldest);
}

/**
 * The name that the guest asked for when it was told this address. Some libraries resolve names
 * themselves and connect to the address; rules and records are about names, so the broker is told the
 * name, and resolves and judges it as always.
 */
export function findNameOf(address: string): string | undefined {
  return namesOf.get(address);
}

function notResolved(syscall: string, host: string): Error {
  const message = `${syscall} ENOTIMP ${host}: Actions can look up addresses only (A and AAAA). Ask a DNS service over HTTPS, or configure the hosts themselves.`;
  return Object.assign(new Error(message), { code: 'ENOTIMP', syscall, hostname: host });
}

function notFound(host: string): Error {
  return Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), {
    code: 'ENOTFOUND',
    syscall: 'getaddrinfo',
    hostname: host,
  });
}
