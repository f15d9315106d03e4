import { AppError, ERRORS } from '@tessera/model';
import { MalformedBodyError } from './json-request.ts';
import { BodyTooLargeError } from './read-body.ts';

/** How a failure that is not the protocol's own is told: never with its cause. */
export interface Fault {
  readonly status: number;
  readonly error: string;
  readonly description: string;
  /** What pages in other languages have their own words for; see `PageRenderer`. */
  readonly reason?: string;
}

export function describeFault(error: unknown): Fault {
  if (error instanceof BodyTooLargeError) {
    return { status: 413, error: 'invalid_request', description: error.message };
  }
  if (error instanceof MalformedBodyError) {
    return { status: 400, error: 'invalid_request', description: error.message };
  }
  if (error instanceof AppError && ERRORS[error.code].blame === 'operator') {
    return { status: error.status, error: 'temporarily_unavailable', description: error.message };
  }
  // The tenant's Actions have their hands full; a client may come again.
  if (error instanceof AppError && error.code === 'too_many_runs') {
    return { status: error.status, error: 'too_many_requests', description: error.message };
  }
  // What the database cannot hold, e.g. a NUL character in an id.
  if (error instanceof AppError && error.code === 'invalid_body') {
    return { status: error.status, error: 'invalid_request', description: error.message };
  }
  return { status: 500, error: 'server_error', description: 'Something went wrong on our side.' };
}
