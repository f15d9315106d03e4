import { judgeAddress, parseAddress } from './address-class.ts';
import { type EgressRule, parseEgressRule } from './egress-rules.ts';
import { type Lookup, LookupQueue } from './lookup-queue.ts';

/** A place of our own that Actions may reach although it is not public, e.g. the tenant's own issuer. */
export interface OwnHost {
  readonly host: string;
  readonly port: number;
  readonly connectTo: { readonly host: string; readonly port: number };
}

export interface EgressOptions {
  /** Operator's rules. A host rule lifts the ban on private and loopback addresses for that name alone. */
  readonly allow?: readonly string[];
  /** Wins over everything else. */
  readonly deny?: readonly string[];
  readonly ownHosts?: (tenantId: string) => readonly OwnHost[];
  /** All addresses of a name. Default: the machine's resolver. */
  readonly resolve?: Lookup;
}

/** Where the broker connects instead of the name that the guest gave. */
export interface Destination {
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6;
}

/** Why a connection does not come about. `code` as Node's network code has it. */
export class EgressRefusal extends Error {
  readonly code: string;

  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.name = 'EgressRefusal';
    this.code = code;
  }
}

const MAX_NAME = 253;

/** Decides what Actions may connect to. */
export class EgressPolicy {
  readonly #allow: readonly EgressRule[];
  readonly #deny: readonly EgressRule[];
  readonly #ownHosts: (tenantId: string) => readonly OwnHost[];
  readonly #names: LookupQueue;

  /** @throws Error for a rule that cannot be read. */
  constructor(options: EgressOptions) {
    this.#allow = (options.allow ?? []).map(parseEgressRule);
    this.#deny = (options.deny ?? []).map(parseEgressRule);
    this.#ownHosts = options.ownHosts ?? (() => []);
    this.#names = new LookupQueue(options.resolve);
  }

  /**
   * Resolves once, checks every address, and answers the checked ones, so that a name cannot point
   * elsewhere between the check and the connection. Without a port it answers what the name may stand
   * for on some port. Rejects with `EgressRefusal`.
   */
  async decide(tenantId: string, given: Target): Promise<readonly Destination[]> {
    const { port } = given;
    const host = canonicalizeHost(given.host);
    const denied = this.#deny.find((rule) => denies(rule, port) && rule.matchesName(host));
    if (denied !== undefined)
      throw refuse(host, `the operator's rule "${denied.text}" denies it`, undefined);
    const own = this.#ownHosts(tenantId).find(
      (entry) => entry.host.toLowerCase() === host && (port === undefined || entry.port === port),
    );
    if (own !== undefined) return this.#decideOwn(tenantId, own);
    const addresses = await this.#list(tenantId, host);
    return addresses.map((address) => this.#check(address, { host, port }));
  }

  async #decideOwn(tenantId: string, { connectTo }: OwnHost): Promise<readonly Destination[]> {
    const addresses = await this.#list(tenantId, connectTo.host);
    return addresses.map((text) => ({ ...describeAddress(text), port: connectTo.port }));
  }

  async #list(tenantId: string, host: string): Promise<readonly string[]> {
    if (parseAddress(host) !== undefined) return [host];
    let addresses: readonly string[];
    try {
      addresses = await this.#names.resolve(tenantId, host);
    } catch (error) {
      throw describeLookupFailure(host, error as NodeJS.ErrnoException);
    }
    if (addresses.length === 0)
      throw new EgressRefusal('ENOTFOUND', `getaddrinfo ENOTFOUND ${host}`);
    return addresses;
  }

  #check(text: string, { host, port }: Target): Destination {
    const address = parseAddress(text);
    if (address === undefined)
      throw new EgressRefusal('ENOTFOUND', `getaddrinfo ENOTFOUND ${host}`);
    const shown = host === text ? host : `${host} (${address.toString()})`;
    const denied = this.#deny.find((rule) => denies(rule, port) && rule.matchesAddress(address));
    if (denied !== undefined)
      throw refuse(shown, `the operator's rule "${denied.text}" denies it`, undefined);
    const destination = { ...describeAddress(address.toString()), port: port ?? 0 };
    const { refusal, isLiftedByName } = judgeAddress(address);
    if (refusal === undefined) return destination;
    const isAllowed = this.#allow.some(
      (rule) =>
        (rule.port === undefined || port === undefined || rule.port === port) &&
        (rule.matchesAddress(address) || (isLiftedByName && rule.matchesName(host))),
    );
    if (isAllowed) return destination;
    throw refuse(
      shown,
      `${address.toString()} is ${refusal}`,
      isLiftedByName ? host : address.toString(),
    );
  }
}

function describeLookupFailure(host: string, error: NodeJS.ErrnoException): EgressRefusal {
  const code = error.code === 'EAI_AGAIN' ? 'EAI_AGAIN' : 'ENOTFOUND';
  return new EgressRefusal(code, `getaddrinfo ${code} ${host}`, { cause: error });
}

interface Target {
  readonly host: string;
  readonly port: number | undefined;
}

/** A rule for one port does not hide the name. */
function denies(rule: EgressRule, port: number | undefined): boolean {
  return rule.port === undefined || rule.port === port;
}

function refuse(host: string, why: string, remedy: string | undefined): EgressRefusal {
  const advice =
    remedy === undefined ? '' : ` The operator can allow it with an egress rule for ${remedy}.`;
  return new EgressRefusal('EACCES', `connect EACCES ${host}: ${why}.${advice}`);
}

function describeAddress(address: string): { address: string; family: 4 | 6 } {
  return { address, family: address.includes(':') ? 6 : 4 };
}

/** The name as the URL standard reads it: `2130706433` and `0x7f.1` are 127.0.0.1. */
function canonicalizeHost(given: string): string {
  const bare = given.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  const known = parseAddress(bare);
  // Addresses in short forms such as `127.1` are left to the URL standard below.
  if (known !== undefined && (bare.includes(':') || bare.split('.').length === 4))
    return known.toString();
  const name = URL.parse(`http://${bare}/`)?.hostname.replace(/\.$/, '');
  if (name === undefined || name === '' || name.length > MAX_NAME || bare.includes('/')) {
    throw new EgressRefusal('ENOTFOUND', `getaddrinfo ENOTFOUND ${given.slice(0, MAX_NAME)}`);
  }
  return name;
}
