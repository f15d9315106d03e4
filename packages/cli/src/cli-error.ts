/** A failure that the person at the terminal can mend: one sentence with the remedy; exit code 1. */
export class CliError extends Error {
  readonly exitCode: number = 1;

  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'CliError';
  }
}

/** The command was not understood, and nothing was done; exit code 2. */
export class UsageError extends CliError {
  override readonly exitCode = 2;

  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'UsageError';
  }
}

/** The server does not answer, or not now: trying again may help. */
export class UnavailableError extends CliError {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'UnavailableError';
  }
}
