import { WireError } from './wire-error.ts';

/** A 404 in the words of the service that the thing belongs to. */
export const notFound = (message: string, errorCode?: string): WireError =>
  new WireError('not_found', message, errorCode === undefined ? {} : { errorCode });
