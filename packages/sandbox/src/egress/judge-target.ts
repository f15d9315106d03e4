import { type Address, judgeAddress, parseAddress } from './address-class.ts';
import type { EgressRule, ParsedRules } from './egress-rules.ts';

/** Where a connection is meant to go. Without a port: what the name may stand for on some port. */
export interface Target {
  /** Canonical: a name in lower case without a final dot, or an address. */
  readonly host: string;
  readonly port: number | undefined;
}

/**
 * The rules that a connection is under. The operator's `deny` wins over everything; `allow` of the
 * operator and of the tenant lifts bans; an Action's own rules only narrow.
 */
export interface RulesInForce {
  readonly operator: ParsedRules;
  readonly tenant: ParsedRules;
  /** Of every Action that uses the connection. */
  readonly actions: readonly ParsedRules[];
}

/** Why not, and what the operator's rule would have to name; `remedy` is absent where no rule helps. */
export interface Refusal {
  readonly why: string;
  readonly remedy?: string;
}

/** Judges a name before it is resolved: what is refused by its name is not asked for. */
export function judgeName(rules: RulesInForce, { host, port }: Target): Refusal | undefined {
  const denied = findDeny(rules, port, (rule) => rule.matchesName(host));
  if (denied !== undefined) return denied;
  const isOpen = rules.actions.every(
    ({ allow }) =>
      allow.length === 0 || allow.some((rule) => rule.isForAddresses || admits(rule, host, port)),
  );
  return isOpen ? undefined : NOT_AMONG_OWN;
}

/** Judges an address that the target's name stands for. */
export function judgeTarget(
  rules: RulesInForce,
  target: Target,
  address: Address,
): Refusal | undefined {
  const { host, port } = target;
  const matches = (rule: EgressRule) => rule.matchesAddress(address);
  const refused = judgeName(rules, target) ?? findDeny(rules, port, matches);
  if (refused !== undefined) return refused;
  for (const { allow } of rules.actions) {
    const isNamed = (rule: EgressRule) =>
      admits(rule, host, port) || (isForPort(rule, port) && matches(rule));
    if (allow.length > 0 && !allow.some(isNamed)) return NOT_AMONG_OWN;
  }
  const { refusal, isLiftedByName } = judgeAddress(address);
  if (refusal === undefined) return undefined;
  const lifts = (rule: EgressRule) =>
    isForPort(rule, port) && (matches(rule) || (isLiftedByName && rule.matchesName(host)));
  if (rules.operator.allow.some(lifts) || rules.tenant.allow.some(lifts)) return undefined;
  const text = address.toString();
  return { why: `${text} is ${refusal}`, remedy: isLiftedByName ? host : text };
}

/** Judges a target whose address is our own server: names count, and an address only as written. */
export function judgeOwnHost(rules: RulesInForce, target: Target): Refusal | undefined {
  const { host, port } = target;
  const address = parseAddress(host);
  const matches = (rule: EgressRule) => address !== undefined && rule.matchesAddress(address);
  const refused = judgeName(rules, target) ?? findDeny(rules, port, matches);
  if (refused !== undefined) return refused;
  const isOpen = rules.actions.every(
    ({ allow }) =>
      allow.length === 0 ||
      allow.some((rule) => isForPort(rule, port) && (rule.matchesName(host) || matches(rule))),
  );
  return isOpen ? undefined : NOT_AMONG_OWN;
}

const NOT_AMONG_OWN: Refusal = { why: "it is not among what the Action's own rules allow" };

function findDeny(
  rules: RulesInForce,
  port: number | undefined,
  matches: (rule: EgressRule) => boolean,
): Refusal | undefined {
  const origins: readonly (readonly [string, ParsedRules])[] = [
    ['the operator', rules.operator],
    ['the tenant', rules.tenant],
    ...rules.actions.map((own) => ['the Action', own] as const),
  ];
  for (const [origin, { deny }] of origins) {
    // A rule for one port does not hide the name.
    const denied = deny.find(
      (rule) => (rule.port === undefined || rule.port === port) && matches(rule),
    );
    if (denied !== undefined) return { why: `${origin}'s rule "${denied.text}" denies it` };
  }
  return undefined;
}

function isForPort(rule: EgressRule, port: number | undefined): boolean {
  return rule.port === undefined || port === undefined || rule.port === port;
}

function admits(rule: EgressRule, host: string, port: number | undefined): boolean {
  return isForPort(rule, port) && rule.matchesName(host);
}
