import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { readBody } from './read-body.ts';

/** A JSON body that cannot be read as parameters. The message is for the client's author. */
export class MalformedBodyError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MalformedBodyError';
  }
}

export function isJsonRequest(request: IncomingMessage): boolean {
  return /^application\/json\b/i.test(request.headers['content-type'] ?? '');
}

/**
 * The same request with its JSON body as a form, which is all that oidc-provider reads. The standard
 * knows forms only, but the hosted service's SDKs send JSON.
 *
 * Rejects with `MalformedBodyError` or `BodyTooLargeError`.
 */
export async function toFormRequest(request: IncomingMessage): Promise<IncomingMessage> {
  const body = Buffer.from(toForm(await readBody(request)).toString());
  const { 'transfer-encoding': _transferEncoding, ...headers } = request.headers;
  const form = {
    method: request.method,
    url: request.url,
    originalUrl: request.url,
    httpVersion: request.httpVersion,
    httpVersionMajor: request.httpVersionMajor,
    socket: request.socket,
    complete: true,
    headers: {
      ...headers,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(body.length),
    },
  };
  // What Koa and oidc-provider use of a request is its stream and these members.
  return Object.assign(Readable.from([body]), form) as unknown as IncomingMessage;
}

function toForm(text: string): URLSearchParams {
  const members = parseObject(text);
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(members)) {
    if (value === null) continue;
    if (typeof value === 'object') {
      throw new MalformedBodyError(`"${name.slice(0, 64)}" must be a string.`);
    }
    form.set(name, String(value));
  }
  return form;
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new MalformedBodyError(`The body is not valid JSON${positionOf(cause, text)}.`, {
      cause,
    });
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new MalformedBodyError('The body must be a JSON object.');
  }
  if (countMembers(text) > Object.keys(value).length) {
    throw new MalformedBodyError('A parameter must not be provided twice.');
  }
  return value as Record<string, unknown>;
}

/** V8 names the position in most of its messages; where it does not, the text ended early. */
function positionOf(cause: unknown, text: string): string {
  const match = /at position (\d+)/.exec(cause instanceof Error ? cause.message : '');
  return ` at position ${match?.[1] ?? text.length}`;
}

/** Members as written. Nested values are refused anyway, so that all of them are of one object. */
function countMembers(text: string): number {
  const strings = text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g);
  return [...strings].filter(([, colon]) => colon !== undefined).length;
}
