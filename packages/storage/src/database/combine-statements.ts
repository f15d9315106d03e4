import type { NamedStatement } from './session.ts';

/** A hot statement and what it is run with. */
export interface BoundStatement {
  readonly statement: NamedStatement;
  readonly values: readonly unknown[];
}

const combined = new Map<string, NamedStatement>();

/**
 * One statement that does what these do, in one round trip and one commit. None of them may change a row that
 * another changes, or read what another writes: PostgreSQL runs them on one snapshot. At least one.
 */
export function combineStatements(parts: readonly BoundStatement[]): BoundStatement {
  // In one order, so that there are few combinations, and the locks of all are taken in that order.
  const ordered = parts.toSorted((a, b) => (a.statement.name < b.statement.name ? -1 : 1));
  return {
    statement: textOf(ordered.map(({ statement }) => statement)),
    values: ordered.flatMap(({ values }) => values),
  };
}

function textOf(statements: readonly NamedStatement[]): NamedStatement {
  const key = statements.map(({ name }) => name).join(' ');
  const known = combined.get(key) ?? build(statements);
  combined.set(key, known);
  return known;
}

function build(statements: readonly NamedStatement[]): NamedStatement {
  let offset = 0;
  const texts = statements.map(({ text }) => {
    const shifted = text.replaceAll(/\$(\d+)/g, (_, place) => `$${Number(place) + offset}`);
    offset += countParameters(text);
    return shifted;
  });
  const last = texts.pop();
  if (last === undefined) throw new Error('there is no statement to combine');
  const before = texts.map((text, at) => `part_${at} AS (${text})`).join(', ');
  return {
    // PostgreSQL tells names apart by 63 bytes.
    name: `combined_${combined.size}`,
    text: before === '' ? last : `WITH ${before} ${last}`,
  };
}

function countParameters(text: string): number {
  return Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, place]) => Number(place)));
}
