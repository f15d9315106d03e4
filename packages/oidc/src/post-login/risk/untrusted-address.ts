import { isIP } from 'node:net';
import type { RiskAssessment } from '@tessera/engine';
import { isListedAddress } from '@tessera/model';

type UntrustedIP = NonNullable<RiskAssessment['assessments']['UntrustedIP']>;

/** Whether the address is on a list: addresses and ranges such as `198.51.100.0/24`. */
export function assessAddress(
  ip: string,
  lists: Readonly<Record<string, readonly string[]>>,
): UntrustedIP {
  if (isIP(ip) === 0) return { code: 'invalid_ip_address', confidence: 'low' };
  for (const [source, entries] of Object.entries(lists)) {
    const matches = entries.find((entry) => isListedAddress([entry], ip));
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
