import type { Column, Row, Table, Target } from './benchmark.ts';
import type { Summary } from './statistics.ts';

/** Three significant digits, thousands separated. */
export function formatNumber(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** `31.2 (29.8..35.0)`: the median of the rounds and their extremes. */
export function formatSummary({ median, min, max }: Summary): string {
  return `${formatNumber(median)} (${formatNumber(min)}..${formatNumber(max)})`;
}

/** What the row needs or does, as a multiple of the subject's. */
function formatMultiple(row: Row, subject: Row, column: Column): string {
  const theirs = row.cells[column.key]?.median;
  const ours = subject.cells[column.key]?.median;
  return theirs === undefined || ours === undefined ? '' : formatNumber(theirs / ours);
}

export function formatTarget({ text, reached, unit, bound, isMet }: Target): string[] {
  const goal = 'atMost' in bound ? `≤ ${bound.atMost}` : `≥ ${bound.atLeast}`;
  return [text, `${goal} ${unit}`, `${formatSummary(reached)} ${unit}`, isMet ? 'met' : 'not met'];
}

/** Header and lines of a table, with each row's multiple of the subject in the first column. */
export function toLines(table: Table): string[][] {
  const subject = table.rows.find(({ role }) => role === 'subject');
  const [first] = table.columns;
  const header = ['', ...table.columns.map(({ title, unit }) => `${title}, ${unit}`)];
  if (subject === undefined || first === undefined) {
    return [header, ...table.rows.map((row) => toLine(row, table.columns))];
  }
  return [
    [...header, `${first.title} ÷ ${subject.name}'s`],
    ...table.rows.map((row) => [
      ...toLine(row, table.columns),
      formatMultiple(row, subject, first),
    ]),
  ];
}

function toLine(row: Row, columns: readonly Column[]): string[] {
  const cells = columns.map(({ key }) => {
    const summary = row.cells[key];
    return summary === undefined ? '–' : formatSummary(summary);
  });
  return [row.name, ...cells];
}
