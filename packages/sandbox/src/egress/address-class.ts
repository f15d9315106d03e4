import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Addresses that no machine of the internet has, in words for a refusal. */
const CLASSES: Readonly<Record<string, string>> = {
  loopback: 'a loopback address',
  private: 'a private address',
  uniqueLocal: 'a private address',
  linkLocal: 'a link-local address',
  carrierGradeNat: 'a carrier-grade NAT address',
  unspecified: 'the unspecified address',
  multicast: 'a multicast address',
  broadcast: 'the broadcast address',
  '6to4': 'a 6to4 address, which hides another one',
  teredo: 'a Teredo address, which hides another one',
  rfc6052: 'a NAT64 address, which hides another one',
  rfc6145: 'a translated address, which hides another one',
};

/** What a rule that names a host may lift; everything else needs a rule that names the address. */
const LIFTED_BY_NAME = new Set(['loopback', 'private', 'uniqueLocal', 'carrierGradeNat']);

/** Where clouds keep their machines' credentials; some lie in private or public ranges. */
const METADATA = new Set([
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
  '100.100.100.200',
  '168.63.129.16',
]);
/** All of the IPv6 internet; what lies outside is site-local, translated, or not given to anybody. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

export interface AddressJudgement {
  /** Absent for an ordinary public address. */
  readonly refusal?: string;
  /** A rule that names the host is enough to allow it. */
  readonly isLiftedByName: boolean;
}

/** Parses an address and unwraps IPv4 that is written as IPv6. Undefined when it is none. */
export function parseAddress(text: string): Address | undefined {
  if (!ipaddr.isValid(text)) return undefined;
  return ipaddr.process(text);
}

/** Says whether an address may be connected to without a rule. */
export function judgeAddress(address: Address): AddressJudgement {
  if (METADATA.has(address.toString())) {
    return { refusal: "the metadata service of a cloud's machines", isLiftedByName: false };
  }
  const range: string = address.range();
  const isOutside = address.kind() === 'ipv6' && !address.match(GLOBAL_IPV6);
  if (range === 'unicast' && !isOutside) return { isLiftedByName: false };
  return {
    refusal: CLASSES[range] ?? 'a reserved address',
    isLiftedByName: LIFTED_BY_NAME.has(range),
  };
}
