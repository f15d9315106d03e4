import type { AuthenticationMethod, DeviceFacts } from '@tessera/engine';
import type { UserIdentity } from '@tessera/model';
import type { Session } from 'oidc-provider';
import type { AskedLifetime } from '../post-login/asked-lifetime.ts';

/** How a person authenticated; kept with the session, and with the grants of its logins. */
export interface Authentication {
  readonly connectionId: string;
  readonly connectionName: string;
  readonly authenticationMethods: readonly AuthenticationMethod[];
  /** When the session began, ISO 8601. */
  readonly createdAt: string;
}

/** What we keep with a session. */
export interface SessionExtension extends Authentication {
  /** The identity that authenticated; it stays the same when a login goes on as another user. */
  readonly identity?: Pick<UserIdentity, 'provider' | 'userId'>;
  /** What Actions asked of the session. */
  readonly asked?: AskedLifetime;
  readonly device?: DeviceFacts;
  /** Last login, silent ones included, ISO 8601. */
  readonly updatedAt?: string;
  /**
   * The person gave credentials, but the login is not over: a second factor, a form or another site may
   * stand against it yet. Such a session speaks for nobody.
   */
  readonly isPending?: true;
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
