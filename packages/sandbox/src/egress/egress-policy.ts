import type { EgressRules } from '@tessera/model';
import { parseAddress } from './address-class.ts';
import { type ParsedRules, parseEgressRules } from './egress-rules.ts';
import {
  judgeName,
  judgeOwnHost,
  judgeTarget,
  type Refusal,
  type RulesInForce,
  type Target,
} from './judge-target.ts';
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
  /**
   * The rules that the operator gave a tenant, as they are now; asked at every connection. `allow` lifts
   * bans for that tenant alone. Rules that cannot be read refuse everything.
   */
  readonly tenantRulesOf?: (tenantId: string) => EgressRules | undefined;
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

/** A target that may be reached, and how. */
export interface Route {
  readonly target: Target;
  /** It is the tenant's own host, whose address is ours and not judged. */
  readonly isOwn: boolean;
  readonly destinations: readonly Destination[];
}

/** What somebody wants to reach. */
export interface EgressQuestion {
  readonly tenantId: string;
  readonly host: string;
  /** Absent: what the name may stand for on some port. */
  readonly port: number | undefined;
  /** Own rules of the Actions that ask; they only narrow. */
  readonly actionRules: readonly EgressRules[];
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
  readonly #operator: ParsedRules;
  readonly #tenantRulesOf: (tenantId: string) => EgressRules | undefined;
  readonly #ownHosts: (tenantId: string) => readonly OwnHost[];
  readonly #names: LookupQueue;
  readonly #listeners = new Set<() => void>();

  /** @throws Error for a rule that cannot be read. */
  constructor(options: EgressOptions) {
    this.#operator = parseEgressRules({ allow: options.allow ?? [], deny: options.deny ?? [] });
    this.#tenantRulesOf = options.tenantRulesOf ?? (() => undefined);
    this.#ownHosts = options.ownHosts ?? (() => []);
    this.#names = new LookupQueue(options.resolve);
  }

  /** Calls `listener` when rules have changed. Returns the way to stop. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Rules have changed: connections that they forbid now are to be closed. */
  announceChange(): void {
    for (const listener of this.#listeners) listener();
  }

  /**
   * Resolves once, checks every address, and answers the checked ones, so that a name cannot point
   * elsewhere between the check and the connection. Rejects with `EgressRefusal`.
   */
  async decide(question: EgressQuestion): Promise<Route> {
    const { tenantId, port } = question;
    const target: Target = { host: canonicalizeHost(question.host), port };
    const own = this.#findOwn(tenantId, target);
    if (own !== undefined) {
      this.#refuseIf(judgeOwnHost(this.#rulesFor(question), target), target.host);
      const { connectTo } = own;
      const addresses = await this.#list(tenantId, connectTo.host);
      const destinations = addresses.map((text) => toDestination(text, connectTo.port));
      return { target, isOwn: true, destinations };
    }
    this.#refuseIf(judgeName(this.#rulesFor(question), target), target.host);
    const addresses = await this.#list(tenantId, target.host);
    const destinations = addresses.map((text) => toDestination(text, port ?? 0));
    const route = { target, isOwn: false, destinations };
    // The rules may have changed while the name was resolved.
    const refusal = this.judgeAgain(question, route);
    if (refusal !== undefined) throw refusal;
    return route;
  }

  /** Judges what was allowed before by the rules as they are now; undefined when it still is. */
  judgeAgain(
    question: Pick<EgressQuestion, 'tenantId' | 'actionRules'>,
    { target, isOwn, destinations }: Route,
  ): EgressRefusal | undefined {
    const rules = this.#rulesFor(question);
    const { host } = target;
    if (isOwn) return toRefusal(judgeOwnHost(rules, target), host);
    for (const { address: text } of destinations) {
      const address = parseAddress(text);
      if (address === undefined) return new EgressRefusal('ENOTFOUND', describeUnknown(host));
      const shown = host === text ? host : `${host} (${text})`;
      const refusal = toRefusal(judgeTarget(rules, target, address), shown);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  #rulesFor({
    tenantId,
    actionRules,
  }: Pick<EgressQuestion, 'tenantId' | 'actionRules'>): RulesInForce {
    return {
      operator: this.#operator,
      tenant: parseEgressRules(this.#tenantRulesOf(tenantId)),
      actions: actionRules.map(parseEgressRules),
    };
  }

  #refuseIf(refusal: Refusal | undefined, shown: string): void {
    const error = toRefusal(refusal, shown);
    if (error !== undefined) throw error;
  }

  #findOwn(tenantId: string, { host, port }: Target): OwnHost | undefined {
    return this.#ownHosts(tenantId).find(
      (entry) => entry.host.toLowerCase() === host && (port === undefined || entry.port === port),
    );
  }

  async #list(tenantId: string, host: string): Promise<readonly string[]> {
    if (parseAddress(host) !== undefined) return [host];
    let addresses: readonly string[];
    try {
      addresses = await this.#names.resolve(tenantId, host);
    } catch (error) {
      throw describeLookupFailure(host, error as NodeJS.ErrnoException);
    }
    if (addresses.length === 0) throw new EgressRefusal('ENOTFOUND', describeUnknown(host));
    return addresses;
  }
}

function describeUnknown(host: string): string {
  return `getaddrinfo ENOTFOUND ${host}`;
}

function describeLookupFailure(host: string, error: NodeJS.ErrnoException): EgressRefusal {
  const code = error.code === 'EAI_AGAIN' ? 'EAI_AGAIN' : 'ENOTFOUND';
  return new EgressRefusal(code, `getaddrinfo ${code} ${host}`, { cause: error });
}

function toRefusal(refusal: Refusal | undefined, shown: string): EgressRefusal | undefined {
  if (refusal === undefined) return undefined;
  const { why, remedy } = refusal;
  const advice =
    remedy === undefined ? '' : ` The operator can allow it with an egress rule for ${remedy}.`;
  return new EgressRefusal('EACCES', `connect EACCES ${shown}: ${why}.${advice}`);
}

/** Addresses are shown and judged unwrapped: `::ffff:10.0.0.1` is 10.0.0.1. */
function toDestination(text: string, port: number): Destination {
  const address = parseAddress(text)?.toString() ?? text;
  return { address, port, family: address.includes(':') ? 6 : 4 };
}

/** The name as the URL standard reads it: `2130706433` and `0x7f.1` are 127.0.0.1. */
function canonicalizeHost(given: string): string {
  const bare = given.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  const known = parseAddress(bare);
  // Addresses in short forms such as `127.1` are left to the URL standard below.
  if (known !== undefined && (bare.includes(':') || bare.split('.').length === 4))
    return known.toString();
  const name = URL.parse(`http://${bare}/`)?.hostname.replace(/\.$/, '');
  // Resolvers forgive a second dot at the end, rules would not match it.
  const isName = name?.split('.').every((label) => label !== '') === true;
  if (name === undefined || !isName || name.length > MAX_NAME || bare.includes('/')) {
    throw new EgressRefusal('ENOTFOUND', describeUnknown(given.slice(0, MAX_NAME)));
  }
  return name;
}
