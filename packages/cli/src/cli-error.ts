/** A failure that the person at the terminal can mend: one sentence with the remedy; exit code 1. */
export class CliError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'CliError';
  }
}
