/** Longest address that can be delivered to (RFC 5321, section 4.5.3.1.3), and its part before the `@`. */
const MAX_ADDRESS = 254;
const MAX_LOCAL_PART = 64;
const MAX_NAME = 200;

const LOCAL_PART =
  /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const DOMAIN =
  /^(?=.{1,253}$)[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?(?:\.[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?)*$/u;

/** A sender: an address, and perhaps a name. */
export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/**
 * Says whether a text is exactly one address, without comments, quotes, routes or a second address: what
 * passes here cannot be read by a mail server as anything else.
 */
export function isEmailAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  if (at < 1 || text.length > MAX_ADDRESS) return false;
  const [localPart, domain] = [text.slice(0, at), text.slice(at + 1)];
  return localPart.length <= MAX_LOCAL_PART && LOCAL_PART.test(localPart) && DOMAIN.test(domain);
}

/** E.164. */
export function isPhoneNumber(text: string): boolean {
  return /^\+[1-9]\d{5,14}$/.test(text);
}

/** Reads `address` or `Name <address>`; undefined when it is neither. */
export function parseMailbox(text: string): Mailbox | undefined {
  const named = /^([^<>]*)<([^<>]+)>$/.exec(text.trim());
  const address = (named?.[2] ?? text).trim();
  if (!isEmailAddress(address)) return undefined;
  return { name: toMailboxName(named?.[1] ?? ''), address };
}

/** A name in front of an address: one line, without quotes. */
export function toMailboxName(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}"\\<>]+/gu, ' ')
    .trim()
    .slice(0, MAX_NAME);
}

export function formatMailbox({ name, address }: Mailbox): string {
  return name === '' ? address : `${name} <${address}>`;
}
