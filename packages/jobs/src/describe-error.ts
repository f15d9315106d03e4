/** Bounds what one error adds to a row or a log line. */
const MAX_MESSAGE_LENGTH = 500;

/** The parts of an error that may be kept: a database error's `detail`, for one, quotes rows. */
interface ErrorSummary {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

export function describeError(error: unknown): ErrorSummary {
  if (!(error instanceof Error))
    return { name: 'Error', message: String(error).slice(0, MAX_MESSAGE_LENGTH) };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return { name: error.name, message: error.message.slice(0, MAX_MESSAGE_LENGTH), ...code };
}
