import type { Authority } from './authority.ts';

/** How strongly a standard asks for something (RFC 2119). */
type Level = 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT';

/** One sentence of a standard about an authorization server, and what shows that it holds. */
export interface Requirement {
  /** Section of the standard. */
  readonly section: string;
  readonly level: Level;
  /** What is asked for, in our words. */
  readonly text: string;
  /** Attacks or asserts over HTTP; rejects when the requirement is not met. */
  check(on: Authority): Promise<void>;
  /** Why it is not met. The check must fail then, so that the list cannot outlive its reason. */
  readonly unmet?: string;
}

/** A standard, as far as it speaks of what this server is. */
export interface Standard {
  readonly name: string;
  readonly title: string;
  readonly requirements: readonly Requirement[];
}

type Row = (section: string, text: string, check: Requirement['check']) => Requirement;

const rowOf =
  (level: Level): Row =>
  (section, text, check) => ({ section, level, text, check });

export const must = rowOf('MUST');
export const mustNot = rowOf('MUST NOT');
export const should = rowOf('SHOULD');
export const shouldNot = rowOf('SHOULD NOT');

/** A requirement that this server does not meet, on purpose or not yet. */
export function unmet(reason: string, requirement: Requirement): Requirement {
  return { ...requirement, unmet: reason };
}
