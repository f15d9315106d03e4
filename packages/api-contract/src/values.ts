import { z } from 'zod';

/** How a value reads in an OpenAPI document when its schema is a string that is parsed. */
declare module 'zod' {
  interface GlobalMeta {
    readonly openapi?: Readonly<Record<string, unknown>>;
  }
}

/** `true` or `false` in a query string. */
export const queryBoolean = z
  .enum(['true', 'false'], { error: 'Expected type boolean but found type string' })
  .transform((text) => text === 'true')
  .meta({ openapi: { type: 'boolean' } });

/** An integer in a query string, both limits included. */
export const queryInteger = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^-?\d{1,15}$/, { error: 'Expected type integer but found type string' })
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum))
    .meta({ openapi: { type: 'integer', minimum, maximum } });

/** One value or several of the same name in a query string. */
export const queryList = <T extends z.ZodType>(item: T) =>
  z
    .union([z.array(item), item.transform((value) => [value])])
    .meta({ openapi: { type: 'array', items: { type: 'string' } } });

/** Date and time in UTC, RFC 3339. */
export const timestamp = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);

/** Most characters of a caller's value that a message repeats. */
const MAX_QUOTED = 200;
/** The value as a message repeats it. Only for values that are no secrets. */
export const quote = (value: unknown): string => String(value).slice(0, MAX_QUOTED);

const SCHEME = '[a-zA-Z][a-zA-Z0-9+.-]*';
/** Schemes that run code or read files in a browser; nobody is ever sent there. */
const NO_UNSAFE_SCHEME = '(?!(?:javascript|data|vbscript|file|blob|about):)';

const format = (name: string, pattern: RegExp, maxLength = 2_048) =>
  z
    .string()
    .max(maxLength)
    .refine((text) => pattern.test(text), {
      error: ({ input }) => `Object didn't pass validation for format ${name}: ${quote(input)}`,
    })
    .meta({ openapi: { type: 'string', format: name, maxLength } });

/** Where a login may return to: an absolute URI of any safe scheme, no fragment. */
export const callbackUrl = format(
  'callback-url',
  new RegExp(
    `^${NO_UNSAFE_SCHEME}(?:https?://[^\\s/?#"<>\\\\]+[^\\s#"<>\\\\]*|(?!https?:)${SCHEME}:[^\\s#"<>\\\\]+)$`,
    'i',
  ),
);
/** An absolute URL; `*` may stand for a subdomain. */
export const urlWithPlaceholders = format(
  'url-with-placeholders',
  new RegExp(`^${NO_UNSAFE_SCHEME}${SCHEME}://[^\\s"<>\\\\]+$`, 'i'),
);
/** An absolute http(s) URL, or nothing. */
export const absoluteUriOrEmpty = format(
  'absolute-uri-or-empty',
  /^(?:https?:\/\/[^\s/?#"<>\\]+[^\s"<>\\]*)?$/i,
);
/** An absolute https URL, or nothing. */
export const absoluteHttpsUriOrEmpty = format(
  'absolute-https-uri-or-empty',
  /^(?:https:\/\/[^\s/?#"<>\\]+[^\s"<>\\]*)?$/i,
);
/** An e-mail address as it is typed; at most 254 characters (RFC 5321). */
export const emailAddress = format(
  'email',
  /^[^\s@"<>()\\,;:]+@[^\s@"<>()\\,;:]+\.[^\s@"<>()\\,;:.]+$/,
  254,
);
/** An e-mail address, or nothing. */
export const emailOrEmpty = format(
  'email-or-empty',
  /^(?:[^\s@"<>()\\,;:]+@[^\s@"<>()\\,;:]+\.[^\s@"<>()\\,;:.]+)?$/,
  254,
);
