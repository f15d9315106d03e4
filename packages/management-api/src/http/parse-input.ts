import type { Operation } from '@tessera/api-contract';
import { z } from 'zod';
import { describeIssue, type InputPart } from './describe-issue.ts';
import { isStorableText } from './json-body.ts';
import { WireError } from './wire-error.ts';

const ERROR_OF = {
  Payload: 'invalid_body',
  Query: 'invalid_query_string',
  Path: 'invalid_uri',
} as const satisfies Record<InputPart, string>;

/** An operation without a query refuses any. */
const NO_QUERY = z.strictObject({});

/** What a handler gets of a request, read by the schemas of its operation. */
export interface ParsedInput {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** Reads path, query and body; rejects with `invalid_uri`, `invalid_query_string` or `invalid_body`. */
export function parseInput(
  operation: Operation,
  request: { readonly params: unknown; readonly query: unknown; readonly body: unknown },
): ParsedInput {
  checkTexts('Path', request.params);
  checkTexts('Query', request.query);
  return {
    params:
      operation.params === undefined
        ? request.params
        : parse('Path', operation.params, request.params),
    query: parse('Query', operation.query ?? NO_QUERY, request.query),
    body: parseBody(operation, request.body),
  };
}

function parseBody(operation: Operation, body: unknown): unknown {
  if (operation.body === undefined) return undefined;
  const isAbsent = body === undefined || body === null;
  if (isAbsent && operation.isBodyOptional === true) return parse('Payload', operation.body, {});
  if (isAbsent) {
    throw new WireError(
      'invalid_body',
      `Payload validation error: 'Expected type ${operation.body instanceof z.ZodArray ? 'array' : 'object'} but found type null'.`,
      { errorCode: 'invalid_body' },
    );
  }
  return parse('Payload', operation.body, body);
}

function parse(part: InputPart, schema: z.ZodType, input: unknown): unknown {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const code = ERROR_OF[part];
  const message =
    issue === undefined
      ? `${part} validation error.`
      : describeIssue(part, schema, { issue: innermost(issue), input });
  throw new WireError(code, message, { errorCode: code });
}

/** The complaint about a key or value of a record stands inside that of the record. */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_key' && issue.code !== 'invalid_element') return issue;
  const [inner] = issue.issues;
  return inner === undefined ? issue : { ...inner, path: [...issue.path, ...inner.path] };
}

function checkTexts(part: InputPart, values: unknown): void {
  const texts = Object.entries(values ?? {}).flat(2);
  if (texts.every((text) => typeof text !== 'string' || isStorableText(text))) return;
  const code = ERROR_OF[part];
  throw new WireError(code, `${part} validation error: 'Text has a NUL character'.`, {
    errorCode: code,
  });
}
