import { z } from 'zod';

/** A value that JSON can carry. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };
/** An object that JSON can carry. */
export type JsonObject = { readonly [key: string]: JsonValue };

/**
 * Any object. Values are not looked at: whoever parses with this has just read the text as JSON, so
 * they are JSON values already.
 */
export const jsonObjectSchema = z.record(z.string(), z.unknown()) as unknown as z.ZodType<
  JsonObject,
  JsonObject
>;
