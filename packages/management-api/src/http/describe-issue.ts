import { z } from 'zod';

/** Most characters of a caller's value that a message repeats. */
const MAX_QUOTED = 200;

/** Which part of a request is wrong; decides the words around the reason. */
export type InputPart = 'Payload' | 'Query' | 'Path';

/**
 * Words a schema's complaint as the hosted service does, e.g.
 * `Payload validation error: 'Missing required property: name'.` or
 * `Payload validation error: 'Expected type string but found type integer' on property name (Name of the role.).`
 *
 * Never repeats values, but of enumerations and formats: those are no secrets.
 */
export function describeIssue(
  part: InputPart,
  schema: z.ZodType,
  found: { readonly issue: z.core.$ZodIssue; readonly input: unknown },
): string {
  const { issue } = found;
  const isMissing = issue.code === 'invalid_type' && valueAt(found.input, issue.path) === undefined;
  const path = isMissing ? issue.path.slice(0, -1) : issue.path;
  const reason = isMissing
    ? `Missing required property: ${String(issue.path.at(-1) ?? 'body')}`
    : describeReason(issue, valueAt(found.input, issue.path));
  const description = descriptionAt(schema, path);
  const where =
    path.length === 0
      ? ''
      : ` on property ${formatPath(path)}${description === undefined ? '' : ` (${description})`}`;
  return `${part} validation error: '${reason}'${where}.`;
}

function describeReason(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      // A schema may have its own words, e.g. for a number in a query string.
      return issue.message.startsWith('Expected type')
        ? issue.message
        : `Expected type ${typeName(issue.expected)} but found type ${typeOf(value)}`;
    case 'unrecognized_keys':
      return `Additional properties not allowed: ${issue.keys.join(',')}`;
    case 'invalid_value':
      return issue.message.startsWith('Expected type')
        ? issue.message
        : `No enum match for: ${quote(value)}`;
    case 'too_small':
      return describeLimit(issue.origin, value, { limit: issue.minimum, isMinimum: true });
    case 'too_big':
      return describeLimit(issue.origin, value, { limit: issue.maximum, isMinimum: false });
    case 'invalid_format':
      if (issue.format !== 'regex' || issue.message.startsWith('Expected type'))
        return issue.message;
      return `String does not match pattern ${issue.pattern ?? ''}: ${quote(value)}`;
    case 'invalid_union':
      return "Data does not match any schemas from 'oneOf'";
    default:
      return issue.message;
  }
}

function describeLimit(
  origin: string,
  value: unknown,
  bound: { readonly limit: number | bigint; readonly isMinimum: boolean },
): string {
  const { limit, isMinimum } = bound;
  const side = isMinimum ? 'minimum' : 'maximum';
  if (origin === 'string') {
    return `String is too ${isMinimum ? 'short' : 'long'} (${String(value).length} chars), ${side} ${limit}`;
  }
  if (origin === 'array') {
    const length = Array.isArray(value) ? value.length : 0;
    return `Array is too ${isMinimum ? 'short' : 'long'} (${length}), ${side} ${limit}`;
  }
  return `Value ${quote(value)} is ${isMinimum ? 'less than minimum' : 'greater than maximum'} ${limit}`;
}

const quote = (value: unknown): string => String(value).slice(0, MAX_QUOTED);
const typeName = (expected: string): string =>
  expected === 'int' ? 'integer' : expected === 'record' ? 'object' : expected;

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.hasOwn(value, key) ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  }
  return value;
}

function formatPath(path: readonly PropertyKey[]): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else text += `${text === '' ? '' : '.'}${String(key)}`;
  }
  return text;
}

/** The description of the property at the end of a path; outer ones do not count. */
function descriptionAt(schema: z.ZodType, path: readonly PropertyKey[]): string | undefined {
  let current: unknown = schema;
  let description: string | undefined;
  for (const key of path) {
    const container = unwrap(current).schema;
    if (container instanceof z.ZodObject) current = container.shape[String(key)];
    else if (container instanceof z.ZodArray) current = container.element;
    else return undefined;
    description = unwrap(current).description;
  }
  return description;
}

/** Looks through optional and nullable; the description may stand on any layer. */
function unwrap(schema: unknown): {
  readonly schema: unknown;
  readonly description: string | undefined;
} {
  let current = schema;
  let description: string | undefined;
  while (current instanceof z.ZodType) {
    description ??= current.description;
    if (current instanceof z.ZodOptional || current instanceof z.ZodNullable)
      current = current.unwrap();
    else break;
  }
  return { schema: current, description };
}
