import { AppError, type BuildDiagnostic } from '@tessera/model';

/** What the author reads when the last attempt failed; details are in the operator's log. */
export function describeBreak(error: unknown): BuildDiagnostic {
  return {
    id: 'build_unavailable',
    message:
      error instanceof AppError
        ? error.message
        : 'The build did not finish: the package registry did not answer.',
  };
}
