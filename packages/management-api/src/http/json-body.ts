import { findJsonError, MAX_JSON_DEPTH } from './find-json-error.ts';
import { WireError } from './wire-error.ts';

const invalidBody = (message: string): WireError =>
  new WireError('invalid_body', message, { errorCode: 'invalid_body' });

function invalidJson(text: string, cause: unknown): WireError {
  const at = findJsonError(text) ?? text.length;
  return new WireError(
    'invalid_body',
    at >= text.length
      ? `Invalid JSON in the body: unexpected end at position ${text.length}`
      : `Invalid JSON in the body: unexpected character at position ${at}`,
    { errorCode: 'invalid_body', cause },
  );
}

/**
 * Reads the body of a request. Undefined when there is none.
 *
 * Refuses what JSON allows but nothing behind can keep: lone surrogates and NUL characters (the
 * database takes neither), nesting beyond `MAX_JSON_DEPTH`, and members named `__proto__`.
 */
export function parseJsonBody(text: string): unknown {
  if (text.trim() === '') return undefined;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    throw invalidJson(text, cause);
  }
  checkValue(body, 0);
  return body;
}

function checkValue(value: unknown, depth: number): void {
  if (typeof value === 'string') checkText(value);
  if (typeof value !== 'object' || value === null) return;
  if (depth >= MAX_JSON_DEPTH) {
    throw invalidBody(`The body is nested deeper than ${MAX_JSON_DEPTH} levels`);
  }
  for (const [key, member] of Object.entries(value)) {
    if (key === '__proto__') throw invalidBody('The body has a member named "__proto__"');
    checkText(key);
    checkValue(member, depth + 1);
  }
}

function checkText(text: string): void {
  if (!isStorableText(text)) {
    throw invalidBody('The body has a text with a NUL character or half of a surrogate pair');
  }
}

/** False for text that the database cannot keep. */
export const isStorableText = (text: string): boolean =>
  !text.includes('\u0000') && text.isWellFormed();
