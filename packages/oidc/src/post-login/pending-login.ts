import { createAlphanumericId, type User } from '@tessera/model';
import type { Grant, KoaContextWithOIDC, Session } from 'oidc-provider';
import { userOf } from '../provider/accounts.ts';
import { extensionOf } from '../provider/grant-extension.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { type SessionExtension, sessionExtensionOf } from '../provider/session-extension.ts';
import { freshLogin, rememberAuthentication } from './authentication.ts';
import {
  type LoginProgress,
  type SuspendedLogin,
  type SuspensionAnswer,
  suspendedLoginOf,
  takeAnswer,
} from './suspended-login.ts';

/** An authorization whose person is known and whose post-login has not run to its end. */
export interface PendingLogin {
  readonly session: Session;
  readonly grant: Grant;
  readonly user: User;
  /** Of the session; factors of this login are in `progress` until it is accepted. */
  readonly authentication: SessionExtension;
  readonly transactionId: string;
  /** The person gave credentials, or an earlier session speaks for them. */
  readonly isFresh: boolean;
  readonly suspended?: SuspendedLogin;
  readonly answer?: SuspensionAnswer;
  /** With the answer in it. */
  readonly progress: LoginProgress;
}

/** The login of a request; undefined when it has none, or when it is decided already. */
export function findPendingLogin(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
): PendingLogin | undefined {
  const { session, grant, account, entities } = ctx.oidc;
  if (session?.accountId === undefined || grant === undefined || account === undefined) return;
  if (extensionOf(grant) !== undefined) return;
  rememberAuthentication(ctx, scope.clock.now());
  const authentication = sessionExtensionOf(session);
  if (authentication === undefined) return;
  const suspended = suspendedLoginOf(entities.Interaction);
  const answer = takeAnswer(ctx);
  return {
    session,
    grant,
    user: userOf(account),
    authentication,
    transactionId:
      suspended?.transactionId ??
      entities.Interaction?.cid ??
      createAlphanumericId(scope.randomBytes, 24),
    isFresh: freshLogin(ctx.oidc.result) !== undefined,
    progress: withAnswer(suspended, answer),
    ...(suspended === undefined ? {} : { suspended }),
    ...(answer === undefined ? {} : { answer }),
  };
}

function withAnswer(
  suspended: SuspendedLogin | undefined,
  answer: SuspensionAnswer | undefined,
): LoginProgress {
  const progress = suspended?.progress ?? { passed: [] };
  const { step, suspension } = suspended ?? {};
  if (answer?.kind === 'factor') {
    const isOffered = step !== undefined && step.kind !== 'form' && step.allowRememberBrowser;
    return {
      ...progress,
      passed: [...progress.passed, answer.method],
      ...(answer.rememberBrowser && isOffered ? { rememberBrowser: true } : {}),
    };
  }
  if (answer?.kind === 'form' && suspension?.kind === 'form') {
    const { fields, vars } = answer;
    return { ...progress, prompt: { id: suspension.formId, fields, vars } };
  }
  return progress;
}
