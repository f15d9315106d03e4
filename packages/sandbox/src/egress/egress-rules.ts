import ipaddr from 'ipaddr.js';
import { parseAddress } from './address-class.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** One rule of an operator, parsed. */
export interface EgressRule {
  /** As written, for messages. */
  readonly text: string;
  readonly port: number | undefined;
  matchesName(name: string): boolean;
  matchesAddress(address: Address): boolean;
}

const NAME = /^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/;

/**
 * Parses `host`, `*.host`, an address, or a CIDR, each with an optional `:port` (`[v6]:port` for IPv6).
 *
 * @throws Error that names the rule, when it is none of these.
 */
export function parseEgressRule(text: string): EgressRule {
  const { body, port } = splitPort(text.trim().toLowerCase());
  const base = { text, port };
  if (body.includes('/')) {
    const range = parseRange(body, text);
    return {
      ...base,
      matchesName: () => false,
      matchesAddress: (address) => isWithin(address, range),
    };
  }
  const own = parseAddress(body);
  if (own !== undefined) {
    const canonical = own.toString();
    return {
      ...base,
      matchesName: () => false,
      matchesAddress: (address) => address.toString() === canonical,
    };
  }
  if (!NAME.test(body))
    throw new Error(
      `"${text}" is no egress rule: use a host, *.host, an address or a CIDR, with an optional :port.`,
    );
  if (body.startsWith('*.')) {
    const suffix = body.slice(1);
    return { ...base, matchesName: (name) => name.endsWith(suffix), matchesAddress: () => false };
  }
  return { ...base, matchesName: (name) => name === body, matchesAddress: () => false };
}

function splitPort(text: string): { body: string; port: number | undefined } {
  const bracketed = /^\[([^\]]+)\](?:\/(\d+))?(?::(\d+))?$/.exec(text);
  if (bracketed !== null) {
    const [, address = '', prefix, port] = bracketed;
    return {
      body: prefix === undefined ? address : `${address}/${prefix}`,
      port: parsePort(port, text),
    };
  }
  const colons = text.split(':').length - 1;
  if (colons !== 1) return { body: text, port: undefined };
  const at = text.indexOf(':');
  return { body: text.slice(0, at), port: parsePort(text.slice(at + 1), text) };
}

function parsePort(text: string | undefined, rule: string): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`"${rule}" is no egress rule: its port is not a number from 1 to 65535.`);
  return port;
}

function parseRange(body: string, rule: string): [Address, number] {
  try {
    return ipaddr.parseCIDR(body);
  } catch (cause) {
    throw new Error(`"${rule}" is no egress rule: it is not a CIDR such as 10.0.0.0/8.`, { cause });
  }
}

function isWithin(address: Address, [network, prefix]: [Address, number]): boolean {
  return address.kind() === network.kind() && address.match(network, prefix);
}
