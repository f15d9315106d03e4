import type { Logger } from '@tessera/model';

/** Passes on what should not happen in a benchmark, and nothing else. */
export const SILENT_LOGGER: Logger = {
  debug() {},
  info() {},
  warn: report,
  error: report,
};

function report(fields: object, message: string): void {
  process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
}
