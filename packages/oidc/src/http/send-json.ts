import type { ServerResponse } from 'node:http';

/** Answers with an OAuth error body (RFC 6749, section 5.2). */
export function sendError(
  response: ServerResponse,
  status: number,
  body: { readonly error: string; readonly error_description: string },
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    // What is left of an oversized body is not read.
    ...(status === 413 ? { connection: 'close' } : {}),
  });
  response.end(JSON.stringify(body));
}
