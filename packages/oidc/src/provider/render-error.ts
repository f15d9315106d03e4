import { createHexId } from '@tessera/model';
import { type Configuration, errors } from 'oidc-provider';
import { describeFault, type Fault } from '../http/describe-fault.ts';
import { TooManyLoginPagesError } from '../login/login-page-limit.ts';
import type { IssuerScope } from './issuer-scope.ts';
import type { ProviderContext } from './provider-context.ts';

/** Shows errors that no application can be told of. */
export function createRenderError(scope: IssuerScope): NonNullable<Configuration['renderError']> {
  return async (ctx, out, error) => {
    scope.requests.of(ctx).error = error;
    await showError(ctx, scope, pageFor(out, error, ctx.status));
  };
}

/** Answers with an error page. Server faults get a trace id, which the process's log has too. */
export async function showError(
  ctx: Pick<ProviderContext, 'req' | 'set' | 'type' | 'body' | 'status'>,
  scope: IssuerScope,
  page: Fault,
): Promise<void> {
  const { context } = scope.requests.of(ctx);
  const traceId = page.status >= 500 ? createHexId(scope.randomBytes, 16) : undefined;
  if (traceId !== undefined) {
    scope.logger.error({ traceId, tenantId: scope.tenantId }, 'an error page was shown');
  }
  ctx.status = page.status;
  ctx.set(scope.pages.headers(context));
  ctx.set('cache-control', 'no-store');
  ctx.type = 'html';
  ctx.body = await scope.pages.error(context, {
    error: page.error,
    description: page.description,
    ...(page.reason === undefined ? {} : { reason: page.reason }),
    ...(traceId === undefined ? {} : { traceId }),
  });
}

interface WireError {
  readonly error: string;
  readonly error_description?: string | undefined;
}

function pageFor(out: WireError, error: Error, status: number): Fault {
  if (error instanceof errors.InvalidRedirectUri) return CALLBACK_MISMATCH;
  if (error instanceof errors.SessionNotFound) return TRANSACTION_GONE;
  if (error instanceof errors.InvalidClient) return UNKNOWN_CLIENT;
  if (error instanceof TooManyLoginPagesError) {
    return { ...describe(out), status, reason: 'too-many-logins' };
  }
  if (!(error instanceof errors.OIDCProviderError)) return describeFault(error);
  return { ...describe(out), status };
}

const describe = ({ error, error_description: description = error }: WireError) => ({
  error,
  description,
});

const CALLBACK_MISMATCH: Fault = {
  reason: 'callback-mismatch',
  status: 403,
  error: 'invalid_request',
  description:
    'Callback URL mismatch. The provided redirect_uri is not in the list of allowed callback URLs. Add it to the allowed callback URLs of the application, exactly as the application sends it.',
};

const UNKNOWN_CLIENT: Fault = {
  reason: 'unknown-client',
  status: 403,
  error: 'invalid_request',
  description:
    'Unknown client. No application of this tenant has this client_id. Check the client_id and the domain that the application is configured with.',
};

/** A login that was begun elsewhere, is used up or took too long. */
export const TRANSACTION_GONE: Fault = {
  reason: 'login-expired',
  status: 400,
  error: 'invalid_request',
  description:
    'This login has expired, was already completed, or was begun in another browser. Go back to the application and log in again.',
};
