import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LoginStepAnswer, LoginSteps, RequestContext } from '@tessera/model';

/** Pages of second factors and forms. */
export const isStepPage = (path: string): boolean => path === '/u/mfa' || path === '/u/form';

/**
 * The test's page of a step: GET tells the step, POST answers it with what the address says: `factor` (and
 * `remember`), `fields` as JSON, or `error`.
 */
export async function answerStep(
  steps: LoginSteps,
  contexts: WeakMap<object, RequestContext>,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  const { searchParams } = new URL(request.url ?? '/', 'http://test');
  const context = contexts.get(request);
  const state = searchParams.get('state') ?? '';
  if (context === undefined) throw new Error('request without context');
  try {
    if (request.method === 'GET') {
      const step = await steps.find(context, state);
      response.writeHead(step === undefined ? 400 : 200).end(JSON.stringify(step ?? {}));
      return;
    }
    const location = await steps.complete(context, state, answerOf(searchParams));
    response.writeHead(303, { location }).end();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'bug';
    response.writeHead(400).end(code);
  }
}

function answerOf(params: URLSearchParams): LoginStepAnswer {
  const fields = params.get('fields');
  if (fields !== null) {
    return { kind: 'form', fields: JSON.parse(fields), vars: { from: 'page' } };
  }
  const error = params.get('error');
  if (error !== null) return { kind: 'failed', error, errorDescription: 'given up' };
  return {
    kind: 'factor',
    type: params.get('factor') ?? 'otp',
    at: new Date(),
    rememberBrowser: params.has('remember'),
  };
}
