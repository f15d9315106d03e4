import type { TriggerEffects } from '@tessera/engine';
import type { User } from '@tessera/model';
import type { KoaContextWithOIDC, Session } from 'oidc-provider';
import { createRequestFacts } from '../http/request-facts.ts';
import { setExtension } from '../provider/grant-extension.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { type SessionExtension, setSessionExtension } from '../provider/session-extension.ts';
import { afterUse } from './asked-lifetime.ts';
import { withRecorded } from './authentication.ts';
import { noteBrowser } from './known-browser.ts';
import { switchUser } from './primary-user.ts';
import { usedBy } from './session-facts.ts';
import type { LoginProgress } from './suspended-login.ts';
import { toTokenEffects } from './token-effects.ts';

/** A login that nothing stands against any more. */
export interface AcceptedLogin {
  readonly session: Session;
  readonly authentication: SessionExtension;
  readonly progress: LoginProgress;
  readonly transactionId: string;
  /** Whose the tokens are. */
  readonly user: User;
  /** The person gave credentials. */
  readonly isFresh: boolean;
  /** Undefined when no Action ran. */
  readonly effects: TriggerEffects | undefined;
}

/**
 * Applies what Actions asked for. What tokens need travels on the grant, the only write of the login besides
 * the browser's; what concerns the session is stored with it at the end of the request.
 */
export async function acceptLogin(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  login: AcceptedLogin,
): Promise<void> {
  const { session, authentication, effects, progress, user } = login;
  if (user.userId !== session.accountId) await switchUser(ctx, scope, user);
  const { grant } = ctx.oidc;
  if (grant === undefined) throw new Error('a login without a grant');
  const methods = withRecorded(authentication.authenticationMethods, [
    ...progress.passed,
    ...(effects?.recordedMethods ?? []),
  ]);
  const { connectionId, connectionName, createdAt } = authentication;
  const request = createRequestFacts(ctx, scope.requests.of(ctx).context, {});
  const asked = afterUse(undefined, effects?.refreshToken);
  setExtension(grant, {
    ...(effects === undefined ? {} : { effects: toTokenEffects(effects) }),
    sid: session.uid,
    transactionId: login.transactionId,
    authentication: { connectionId, connectionName, createdAt, authenticationMethods: methods },
    authenticatedAt: session.loginTs ?? 0,
    refreshToken: {
      device: usedBy(undefined, request),
      ...(asked === undefined ? {} : { asked }),
    },
  });
  const rememberFactor = progress.rememberBrowser === true;
  await Promise.all([
    grant.save(),
    login.isFresh || rememberFactor ? noteBrowser(ctx, scope, { user, rememberFactor }) : undefined,
  ]);
  keepSession(
    session,
    { ...authentication, authenticationMethods: methods },
    {
      effects,
      extension: {
        device: usedBy(authentication.device, request),
        updatedAt: scope.clock.now().toISOString(),
      },
    },
  );
}

function keepSession(
  session: Session,
  { asked: known, isPending: _isPending, ...authentication }: SessionExtension,
  change: {
    readonly effects: TriggerEffects | undefined;
    readonly extension: Partial<SessionExtension>;
  },
): void {
  const { effects, extension } = change;
  const asked = afterUse(known, effects?.session);
  setSessionExtension(session, {
    ...authentication,
    ...extension,
    ...(asked === undefined ? {} : { asked }),
  });
  const { cookieMode } = effects?.session ?? {};
  if (cookieMode !== undefined) session.transient = cookieMode === 'non-persistent';
}
