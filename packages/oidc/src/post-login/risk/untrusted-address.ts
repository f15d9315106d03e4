import { BlockList, isIP } from 'node:net';
import type { RiskAssessment } from '@tessera/engine';

type UntrustedIP = NonNullable<RiskAssessment['assessments']['UntrustedIP']>;

/** Whether the address is on a list: addresses and ranges such as `198.51.100.0/24`. */
export function assessAddress(
  ip: string,
  lists: Readonly<Record<string, readonly string[]>>,
): UntrustedIP {
  const family = familyOf(ip);
  if (family === undefined) return { code: 'invalid_ip_address', confidence: 'low' };
  for (const [source, entries] of Object.entries(lists)) {
    const matches = entries.find((entry) => covers(entry, ip, family));
    if (matches !== undefined) {
      return {
        code: 'found_on_deny_list',
        confidence: 'low',
        details: { ip, matches, source },
      };
    }
  }
  return { code: 'not_found_on_deny_list', confidence: 'high' };
}

/** An entry that is neither address nor range covers nothing. */
function covers(entry: string, ip: string, family: 'ipv4' | 'ipv6'): boolean {
  const [address = '', bits] = entry.split('/', 2);
  const of = familyOf(address);
  if (of === undefined) return false;
  const whole = of === 'ipv4' ? 32 : 128;
  const prefix = bits === undefined ? whole : Number(bits);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > whole) return false;
  const list = new BlockList();
  list.addSubnet(address, prefix, of);
  return list.check(ip, family);
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address);
  if (version === 0) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
}
