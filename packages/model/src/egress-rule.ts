/** Characters of one rule: a host name of 253, a prefix and a port. */
export const MAX_EGRESS_RULE_LENGTH = 270;

const NAME = /^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/;

/**
 * Says what is wrong with an egress rule; undefined when it is one: `host`, `*.host`, an address or a
 * CIDR, each with an optional `:port` (`[v6]:port` for IPv6). Nothing passes that the egress broker does
 * not read; international names are written in their ASCII form (`xn--…`).
 */
export function findEgressRuleProblem(rule: string): string | undefined {
  const shown = rule.slice(0, MAX_EGRESS_RULE_LENGTH);
  if (rule.length > MAX_EGRESS_RULE_LENGTH) {
    return `"${shown}…" is no egress rule: it has ${rule.length} characters (limit ${MAX_EGRESS_RULE_LENGTH}).`;
  }
  if (rule.includes('://')) {
    return `"${shown}" is no egress rule: it is a URL; write the host alone.`;
  }
  const { body, port } = splitPort(rule.trim().toLowerCase());
  if (port !== undefined && !isPort(port)) {
    return `"${shown}" is no egress rule: its port is not a number from 1 to 65535.`;
  }
  if (body.includes('/')) {
    return isRange(body)
      ? undefined
      : `"${shown}" is no egress rule: it is not a CIDR such as 10.0.0.0/8.`;
  }
  // A name whose last label is a number is read as an address everywhere; it must be a whole one.
  const isNumeric = /(^|\.)(\d+|0x[0-9a-f]*)$/.test(body);
  if (isIpv4(body) || isIpv6(body) || (NAME.test(body) && !isNumeric)) return undefined;
  return `"${shown}" is no egress rule: use a host, *.host, an address or a CIDR, with an optional :port.`;
}

function splitPort(text: string): { readonly body: string; readonly port: string | undefined } {
  const bracketed = /^\[([^\]]+)\](?:\/(\d+))?(?::(\d+))?$/.exec(text);
  if (bracketed !== null) {
    const [, address = '', prefix, port] = bracketed;
    return { body: prefix === undefined ? address : `${address}/${prefix}`, port };
  }
  const at = text.indexOf(':');
  if (at === -1 || at !== text.lastIndexOf(':')) return { body: text, port: undefined };
  return { body: text.slice(0, at), port: text.slice(at + 1) };
}

const isPort = (text: string): boolean => /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535;

function isRange(body: string): boolean {
  const [address = '', prefix = '', ...rest] = body.split('/');
  if (rest.length > 0 || !/^\d{1,3}$/.test(prefix)) return false;
  if (isIpv4(address)) return Number(prefix) <= 32;
  // Ranges of IPv4 addresses are written as IPv4: the broker judges addresses unwrapped.
  const isMapped = address.includes('.') || /^(0*:)*:?(0*:)*ffff:/.test(address);
  return isIpv6(address) && !isMapped && Number(prefix) <= 128;
}

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return (
    parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && +part <= 255)
  );
}

function isIpv6(text: string): boolean {
  const tail = text.slice(text.lastIndexOf(':') + 1);
  // An IPv4 address at the end stands for two groups.
  const whole = tail.includes('.') && isIpv4(tail) ? `${text.slice(0, -tail.length)}0:0` : text;
  const halves = whole.split('::');
  if (!whole.includes(':') || halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return false;
  return halves.length === 2 ? groups.length <= 7 : groups.length === 8;
}
