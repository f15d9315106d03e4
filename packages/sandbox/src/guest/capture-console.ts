import { formatWithOptions, inspect } from 'node:util';
import type { ConsoleLine } from '@tessera/model';
import { CONSOLE_LINE_BYTES } from '../protocol.ts';
import { findOpenScope } from './action-scope.ts';
import { captureStreams } from './capture-streams.ts';
import { explainRefusals } from './explain-refusals.ts';
import { maskSecrets } from './mask-secrets.ts';

const LEVELS = ['log', 'info', 'warn', 'error', 'debug'] as const;
const TRUNCATED = 'Console output was cut off here';

/**
 * Sends the console's output to the action that wrote it. Output of code that belongs to no running
 * action goes nowhere.
 */
export function captureConsole(getMaxBytes: () => number): void {
  const write = (level: ConsoleLine['level'], text: string) => {
    const scope = findOpenScope();
    const maxBytes = getMaxBytes();
    if (scope === undefined || scope.consoleBytes > maxBytes) return;
    let message = maskSecrets(explainRefusals(text), scope.secretValues);
    const room = maxBytes - scope.consoleBytes;
    const bytes = Buffer.byteLength(message) + CONSOLE_LINE_BYTES;
    scope.consoleBytes += bytes;
    if (bytes > room) {
      const kept = Buffer.from(message).toString('utf8', 0, Math.max(0, room - CONSOLE_LINE_BYTES));
      message = `${kept} … ${TRUNCATED} (limit ${maxBytes} bytes).`;
    }
    const line: ConsoleLine = { level, time: new Date().toISOString(), message };
    scope.logs.push(line);
    scope.journal.noteLine(scope.place, line);
  };

  const replacements: Record<string, (...args: unknown[]) => void> = {};
  for (const level of LEVELS) {
    replacements[level] = (...args) => write(level, formatWithOptions({}, ...args));
  }
  replacements.trace = (...args) => {
    const stack = new Error().stack ?? '';
    write('error', `Trace: ${formatWithOptions({}, ...args)}${stack.slice(stack.indexOf('\n'))}`);
  };
  replacements.dir = (value, settings) =>
    write('log', inspect(value, { customInspect: false, ...(settings as object | undefined) }));
  replacements.dirxml = (...args) => write('log', formatWithOptions({}, ...args));
  // `table`, `group`, `count`, `time` and `assert` of Node's console end in the methods above.
  Object.assign(globalThis.console, replacements);
  captureStreams(write);
}
