import type { IncomingMessage } from 'node:http';

/** Largest body that the protocol's endpoints read, bytes. oidc-provider's own limit is the same. */
const MAX_BODY_BYTES = 56 * 1024;

/** The body exceeds the limit: answered with 413. */
export class BodyTooLargeError extends Error {
  constructor() {
    super(`The body exceeds ${MAX_BODY_BYTES / 1024} kB.`);
    this.name = 'BodyTooLargeError';
  }
}

/** Reads a whole body as text, never holding more than `MAX_BODY_BYTES` of it. */
export async function readBody(request: IncomingMessage): Promise<string> {
  if (isDeclaredTooLarge(request)) throw new BodyTooLargeError();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MAX_BODY_BYTES) throw new BodyTooLargeError();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks, size).toString('utf8');
}

/** True when the request says itself that its body is too large; then nothing of it needs reading. */
export function isDeclaredTooLarge(request: IncomingMessage): boolean {
  return Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES;
}

/** The members of a form; of a repeated one, the last. */
export async function readForm(request: IncomingMessage): Promise<Record<string, string>> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('application/x-www-form-urlencoded')) return {};
  return Object.fromEntries(new URLSearchParams(await readBody(request)));
}
