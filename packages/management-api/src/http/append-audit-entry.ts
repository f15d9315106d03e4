import type { Operation } from '@tessera/api-contract';
import type {
  Clock,
  JsonObject,
  Logger,
  NewLogEntry,
  RequestContext,
  TenantStore,
} from '@tessera/model';
import type { AccessToken } from './access-token.ts';

/** What an entry says of the request. Bodies are left out: they hold passwords and secrets. */
export interface AuditedCall {
  readonly operation: Operation;
  readonly context: RequestContext;
  readonly token: AccessToken;
  /** Without the query. */
  readonly path: string;
  readonly userAgent: string | undefined;
  /** Status of the answer. */
  readonly status: number;
}

/**
 * Writes to the tenant log that somebody changed something (`sapi`). The change has happened when
 * this runs, so a failure goes to the operator and not to the caller.
 */
export async function appendAuditEntry(
  services: { readonly clock: Clock; readonly logger: Logger },
  store: TenantStore,
  call: AuditedCall,
): Promise<void> {
  try {
    await store.logs.append(toEntry(call, services.clock.now()));
  } catch (error) {
    services.logger.error({ err: error, tenantId: store.tenantId }, 'A change could not be logged');
  }
}

function toEntry(call: AuditedCall, date: Date): NewLogEntry {
  const { operation, context, token, path, userAgent, status } = call;
  const request: JsonObject = {
    auth: {
      user: {},
      strategy: 'jwt',
      credentials: {
        sub: token.subject,
        scopes: [...operation.scopes].filter((one) => token.scopes.has(one)),
      },
    },
    channel: 'api',
    ip: context.ip,
    method: operation.method.toLowerCase(),
    path,
    ...(userAgent === undefined ? {} : { userAgent }),
  };
  return {
    type: 'sapi',
    date,
    description: operation.summary,
    ip: context.ip,
    hostname: new URL(context.baseUrl).hostname,
    ...(token.clientId === undefined ? {} : { clientId: token.clientId }),
    ...(userAgent === undefined ? {} : { userAgent }),
    details: { request, response: { statusCode: status } },
  };
}
