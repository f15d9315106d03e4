import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { formatTarget, toLines } from './format.ts';
import type { Machine } from './machine.ts';
import type { StoredResult } from './results-file.ts';

const DOCUMENT = resolve(import.meta.dirname, '../docs/performance.md');
const BEGIN = '<!-- results: begin -->';
const END = '<!-- results: end -->';

/** The benchmark before this one leaves some load behind, and nothing else may. */
const QUIET_LOAD = 1.5;

/** All results for `docs/performance.md`: the targets first, then each benchmark's tables. */
export function printMarkdown(results: readonly StoredResult[]): string {
  const targets = results.flatMap((result) => result.targets.map(formatTarget));
  const sections = results.map((result) => {
    const tables = result.tables.map((table) => `**${table.title}**\n\n${toTable(toLines(table))}`);
    const notes = result.notes.map((note) => `- ${note}`).join('\n');
    return [`### ${result.title}`, describeRun(result), ...tables, notes]
      .filter(Boolean)
      .join('\n\n');
  });
  const goals = toTable([['target', 'goal', 'reached', ''], ...targets]);
  return `${['### Targets', goals, ...sections].join('\n\n')}\n`;
}

/** Replaces what stands between the marks of the document. */
export function writeMarkdown(results: readonly StoredResult[]): void {
  const text = readFileSync(DOCUMENT, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin === -1 || end === -1)
    throw new Error(`${DOCUMENT} has lost its marks ${BEGIN} and ${END}`);
  const before = text.slice(0, begin + BEGIN.length);
  writeFileSync(DOCUMENT, `${before}\n\n${printMarkdown(results)}\n${text.slice(end)}`);
}

function describeRun({ machine, measuredAt, rounds, quick }: StoredResult): string {
  const effort = quick ? `${rounds} short rounds` : `${rounds} rounds`;
  const warning =
    machine.loadBefore > QUIET_LOAD ? ' Other work shared the machine: indicative only.' : '';
  return `Measured ${measuredAt.slice(0, 16)}Z in ${effort} on ${describeMachine(machine)}.${warning}`;
}

export function describeMachine({
  cpu,
  cores,
  memoryGib,
  kernel,
  node,
  loadBefore,
}: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGib} GiB, ${kernel}, Node ${node}; load before: ${loadBefore.toFixed(2)}`;
}

function toTable([header = [], ...lines]: readonly (readonly string[])[]): string {
  const rule = header.map((_, column) => (column === 0 ? '---' : '---:'));
  return [header, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
