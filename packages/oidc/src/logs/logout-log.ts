import type { User } from '@tessera/model';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import type { Authentication } from '../provider/session-extension.ts';
import { noteLogEntry } from './create-log-entry.ts';

/** What a log entry of a logout needs. */
export interface LogoutFacts {
  readonly clientId?: string | undefined;
  readonly clientName?: string | undefined;
  readonly user?: User | undefined;
  readonly userId?: string | undefined;
  readonly authentication?: Authentication | undefined;
  readonly sessionId?: string | undefined;
  readonly returnTo?: string | undefined;
}

type LoggedRequest = Parameters<typeof noteLogEntry>[0];

export function logLogout(request: LoggedRequest, scope: IssuerScope, facts: LogoutFacts): void {
  note(request, scope, facts, { type: 'slo', description: 'Successful logout' });
}

export function logLogoutError(
  request: LoggedRequest,
  scope: IssuerScope,
  facts: LogoutFacts & { readonly reason: string },
): void {
  note(request, scope, facts, { type: 'flo', description: facts.reason });
}

function note(
  request: LoggedRequest,
  scope: IssuerScope,
  facts: LogoutFacts,
  entry: { readonly type: string; readonly description: string },
): void {
  noteLogEntry(request, scope, {
    ...entry,
    clientId: facts.clientId,
    clientName: facts.clientName,
    user: facts.user,
    userId: facts.userId,
    connection: facts.authentication,
    details: {
      ...(facts.returnTo === undefined ? {} : { return_to: facts.returnTo }),
      ...(facts.sessionId === undefined ? {} : { session_id: facts.sessionId }),
    },
  });
}
