import { formatTarget, toLines } from './format.ts';
import type { StoredResult } from './results-file.ts';

/** The result for a terminal. */
export function printText(result: StoredResult): string {
  const blocks = result.tables.map((table) => `${table.title}\n${align(toLines(table))}`);
  if (result.targets.length > 0) {
    const header = ['target', 'goal', 'reached', ''];
    blocks.push(align([header, ...result.targets.map(formatTarget)]));
  }
  if (result.notes.length > 0) blocks.push(result.notes.map((note) => `  ${note}`).join('\n'));
  return `\n${result.title}\n\n${blocks.join('\n\n')}\n`;
}

function align(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `  ${line}`)
    .join('\n');
}
