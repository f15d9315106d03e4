/** A start that cannot succeed: one clear sentence that names the thing and the remedy. Ends the process with code 1. */
export class StartupError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'StartupError';
  }
}
