import type { AuthenticationMethod } from '@tessera/engine';
import type { Session } from 'oidc-provider';

/** How the person of a session authenticated; kept with the session. */
export interface SessionExtension {
  readonly connectionId: string;
  readonly connectionName: string;
  readonly authenticationMethods: readonly AuthenticationMethod[];
  /** ISO 8601. */
  readonly createdAt: string;
}

interface ExtendedSession {
  extension?: SessionExtension;
}

export function sessionExtensionOf(session: Session): SessionExtension | undefined {
  return (session as ExtendedSession).extension;
}

export function setSessionExtension(session: Session, extension: SessionExtension): void {
  (session as ExtendedSession).extension = extension;
}
