import { BlockList, isIPv6 } from 'node:net';

/**
 * True when an address is in a list of addresses and ranges such as `198.51.100.0/24`. An entry that cannot
 * be read covers nothing, and what is no address is nowhere.
 */
export function isListedAddress(list: readonly string[], ip: string): boolean {
  if (list.length === 0) return false;
  const ranges = new BlockList();
  for (const entry of list) addRange(ranges, entry);
  const address = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1] ?? ip.split('%')[0] ?? ip;
  try {
    return ranges.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  } catch {
    // Not an address: of nobody who is known.
    return false;
  }
}

function addRange(ranges: BlockList, entry: string): void {
  const [address = '', bits] = entry.trim().split('/');
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  try {
    if (bits === undefined) ranges.addAddress(address, family);
    else if (/^\d+$/.test(bits)) ranges.addSubnet(address, Number(bits), family);
  } catch {
    // The management API refuses such entries; an older one says nothing of anybody.
  }
}
