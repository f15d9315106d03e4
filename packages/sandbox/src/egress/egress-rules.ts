import { domainToASCII } from 'node:url';
import type { EgressRules } from '@tessera/model';
import ipaddr from 'ipaddr.js';
import { type Address, parseAddress } from './address-class.ts';

/** One rule, parsed. */
export interface EgressRule {
  /** As written, for messages. */
  readonly text: string;
  readonly port: number | undefined;
  /** It names addresses, so that a name must be resolved before it can be judged. */
  readonly isForAddresses: boolean;
  matchesName(name: string): boolean;
  matchesAddress(address: Address): boolean;
}

/** Rules of one origin: the operator, a tenant, or an Action. */
export interface ParsedRules {
  readonly allow: readonly EgressRule[];
  readonly deny: readonly EgressRule[];
}

const NAME = /^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/;
/** A name has at most 253 characters, a port five; everything longer is no rule. */
const MAX_RULE_LENGTH = 270;
/** Bits in front of an IPv4 address that is written as IPv6. */
const MAPPED_BITS = 96;
const EXAMPLES =
  'Examples: api.example.com, *.example.com:443, 10.0.0.0/8, 192.0.2.7:5432, [fd00::1]:5432';

/**
 * Parses `host`, `*.host`, an address, or a CIDR, each with an optional `:port` (`[v6]:port` for IPv6).
 *
 * @throws Error that names the rule, what is wrong with it, and examples.
 */
function parseEgressRule(text: string): EgressRule {
  const { body, port } = splitPort(text);
  const base = { text, port };
  const range = body.includes('/') ? parseRange(body, text) : findAddress(body, text);
  if (range !== undefined) {
    return {
      ...base,
      isForAddresses: true,
      matchesName: () => false,
      matchesAddress: (address) => isWithin(address, range),
    };
  }
  const name = parseName(body, text);
  const suffix = name.startsWith('*.') ? name.slice(1) : undefined;
  return {
    ...base,
    isForAddresses: false,
    matchesName: (given) => (suffix === undefined ? given === name : given.endsWith(suffix)),
    matchesAddress: () => false,
  };
}

/** Why a text is no rule, in one sentence with examples; undefined when it is one. */
export function describeEgressRuleFault(text: string): string | undefined {
  try {
    parseEgressRule(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const parsed = new WeakMap<EgressRules, ParsedRules>();
const NO_RULES: ParsedRules = { allow: [], deny: [] };

/** Parses rules once per object. @throws Error as `parseEgressRule` does. */
export function parseEgressRules(rules: EgressRules | undefined): ParsedRules {
  if (rules === undefined) return NO_RULES;
  const known = parsed.get(rules);
  if (known !== undefined) return known;
  const fresh = {
    allow: rules.allow.map(parseEgressRule),
    deny: rules.deny.map(parseEgressRule),
  };
  parsed.set(rules, fresh);
  return fresh;
}

function fault(rule: string, why: string, options: ErrorOptions = {}): Error {
  const shown = rule.length > MAX_RULE_LENGTH ? `${rule.slice(0, MAX_RULE_LENGTH)}…` : rule;
  return new Error(`"${shown}" is no egress rule: ${why}. ${EXAMPLES}.`, options);
}

function splitPort(rule: string): { body: string; port: number | undefined } {
  const text = rule.trim().toLowerCase();
  if (text === '') throw fault(rule, 'it is empty');
  if (text.length > MAX_RULE_LENGTH) throw fault(rule, 'it is too long');
  if (text.includes('://')) throw fault(rule, 'it is a URL; write the host alone');
  const bracketed = /^\[([^\]]+)\](?:\/(\d+))?(?::(.*))?$/.exec(text);
  if (bracketed !== null) {
    const [, address = '', prefix, port] = bracketed;
    const body = prefix === undefined ? address : `${address}/${prefix}`;
    return { body, port: parsePort(port, rule) };
  }
  if (text.split(':').length !== 2) return { body: text, port: undefined };
  const at = text.indexOf(':');
  return { body: text.slice(0, at), port: parsePort(text.slice(at + 1), rule) };
}

function parsePort(text: string | undefined, rule: string): number | undefined {
  if (text === undefined) return undefined;
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw fault(rule, 'its port is not a number from 1 to 65535');
  return port;
}

type Range = readonly [Address, number];

function parseRange(body: string, rule: string): Range {
  const [address = ''] = body.split('/');
  const [network, prefix] = readCidr(body, rule);
  checkSpelling(address, rule);
  if (!(network instanceof ipaddr.IPv6) || !network.isIPv4MappedAddress()) return [network, prefix];
  // Addresses are judged unwrapped, so the range must be too.
  if (prefix < MAPPED_BITS) throw fault(rule, 'write ranges of IPv4 addresses as IPv4');
  return [network.toIPv4Address(), prefix - MAPPED_BITS];
}

function readCidr(body: string, rule: string): Range {
  try {
    return ipaddr.parseCIDR(body);
  } catch (cause) {
    throw fault(rule, 'it is no range of addresses (CIDR)', { cause });
  }
}

function findAddress(body: string, rule: string): Range | undefined {
  const address = parseAddress(body);
  if (address === undefined) return undefined;
  checkSpelling(body, rule);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** `010.1` means something else to every reader, and a zone means nothing here. */
function checkSpelling(address: string, rule: string): void {
  if (address.includes('%')) throw fault(rule, 'leave out the zone of the address');
  const isDotted = !address.includes(':');
  if (isDotted && !/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(address))
    throw fault(rule, 'write the address as four decimal numbers without leading zeros');
}

function parseName(body: string, rule: string): string {
  if (body === '*')
    throw fault(rule, 'to mean every address, use the two rules 0.0.0.0/0 and ::/0');
  const wildcard = body.startsWith('*.') ? '*.' : '';
  const ascii = domainToASCII(body.slice(wildcard.length));
  // Numbers such as 2130706433 are addresses to every client.
  if (parseAddress(ascii) !== undefined)
    throw fault(rule, 'write the address as four decimal numbers without leading zeros');
  const name = `${wildcard}${ascii}`;
  if (!NAME.test(name)) throw fault(rule, 'it is neither a host, *.host, an address nor a CIDR');
  return name;
}

function isWithin(address: Address, [network, prefix]: Range): boolean {
  return address.kind() === network.kind() && address.match(network, prefix);
}
