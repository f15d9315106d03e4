import { z } from 'zod';

/** Body of every failure. Properties in the order in which they are sent. */
export const apiErrorSchema = z.strictObject({
  statusCode: z.int(),
  /** Reason phrase of the status, e.g. `Bad Request`. */
  error: z.string(),
  /** Public text that names the thing and the limit. */
  message: z.string(),
  /** Stable code; some services send none. */
  errorCode: z.string().optional(),
  attributes: z.record(z.string(), z.string()).optional(),
});
export type ApiErrorBody = z.output<typeof apiErrorSchema>;

/** Failures that any operation can answer with, for the OpenAPI document. */
export const COMMON_FAILURES: Readonly<Record<number, string>> = {
  400: 'The request is invalid. The message names the property and the reason.',
  401: 'The access token is missing, expired, or not for this API.',
  403: 'The access token lacks a scope.',
  404: 'The thing does not exist.',
  409: 'The thing exists already, or is in use.',
  413: 'The body is too large.',
  429: 'Too many requests.',
};
