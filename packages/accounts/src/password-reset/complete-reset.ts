import {
  AppError,
  type Client,
  type Connection,
  type TenantStore,
  type User,
  type UserIdentity,
} from '@tessera/model';
import type { AccountContext, AccountsOptions } from '../account-context.ts';
import { AccountInputError, type FieldProblem } from '../account-errors.ts';
import { checkPasswordForm } from '../account-input.ts';
import { parseWebUrl } from '../parse-web-url.ts';
import type { PasswordHasher } from '../password-hasher.ts';
import type { Credentials } from '../passwords/credentials.ts';
import {
  concludePasswordChange,
  preparePassword,
  promiseExecution,
  rememberPassword,
} from '../passwords/password-change.ts';
import { type ResetDone, type ResetSession, saveSession } from './reset-session.ts';
import { consumeLink } from './reset-tickets.ts';

/** What the person reads in the address of a result URL. */
const SUCCESS_MESSAGE = 'You can now login to the application with the new password.';

/**
 * Sets the new password of a reset and takes its link, in one transaction: of two that are sent at once
 * one wins. Rejects with `transaction_invalid` when the link is used up, and as `preparePassword` does.
 */
export async function completeReset(
  services: AccountsOptions & { readonly hasher: PasswordHasher },
  context: AccountContext,
  reset: Credentials & {
    readonly session: ResetSession;
    readonly connection: Connection;
    readonly password: string;
    readonly resultUrl: string | undefined;
    readonly state: string;
  },
): Promise<ResetDone> {
  const { session, user, account, connection, password } = reset;
  const done = describeDone(context.client, account, reset);
  const problems: FieldProblem[] = [];
  checkPasswordForm(password, true, problems);
  if (problems.length > 0) throw new AccountInputError(problems);
  const { passwordHash, ...patch } = await preparePassword(services, context, {
    ...{ user, account, connection },
    password,
  });
  const executionId = await promiseExecution(services, context);
  const isProven = session.link.markEmailAsVerified === true && account.email !== undefined;
  await context.store.transaction(async (tx) => {
    const scope = { services, context, tx };
    if ((await consumeLink(tx, session.ticket)) === undefined) throw linkGone();
    const person = await lockOwner(tx, { user, account, isProven });
    const locked = await tx.users.update(account.userId, {
      ...patch,
      ...(isProven ? { emailVerified: true } : {}),
    });
    if (locked === undefined || passwordHash === undefined) throw linkGone();
    // Changed since the link was looked at: it was made for another address.
    if (session.link.email !== undefined && locked.email !== session.link.email) throw linkGone();
    await rememberPassword(scope, { account, connection });
    const changed = await tx.users.update(account.userId, { passwordHash });
    if (changed === undefined) throw linkGone();
    const { executions } = session;
    const owner = { user: person ?? changed, account };
    await concludePasswordChange(scope, { ...owner, connection, executionId, executions });
    if (isProven && !account.emailVerified) await removePasskeys(tx, account);
    const ended: ResetSession = { ...session, phase: { kind: 'done', done } };
    await saveSession(tx, services.randomBytes, ended, reset.state);
  });
  return done;
}

/**
 * Until now nobody had shown that the address is theirs: whoever signed up with it may be a stranger, whose
 * passkeys would outlive the password that its owner has just set.
 */
async function removePasskeys(
  { authenticators }: TenantStore,
  { userId }: { readonly userId: string },
): Promise<void> {
  for (const { id, type } of await authenticators.listForUser(userId)) {
    if (type === 'passkey') await authenticators.delete(id);
  }
}

/**
 * Holds on to the user whom the account is linked to, and shows there what the link has proved. Undefined
 * for an account of its own. Rejects with `transaction_invalid` when they are linked no more.
 */
async function lockOwner(
  tx: TenantStore,
  { user, account, isProven }: Credentials & { readonly isProven: boolean },
): Promise<User | undefined> {
  if (user.userId === account.userId) return undefined;
  const locked = await tx.users.update(user.userId, {});
  const isTheirs = ({ provider, userId }: UserIdentity) =>
    `${provider}|${userId}` === account.userId;
  if (locked?.identities.some(isTheirs) !== true) throw linkGone();
  if (!isProven) return locked;
  return tx.users.update(user.userId, {
    identities: locked.identities.map((one) =>
      isTheirs(one) ? { ...one, profileData: { ...one.profileData, email_verified: true } } : one,
    ),
  });
}

/** The link is unknown, expired, used, or of another address. */
export function linkGone(): AppError {
  return new AppError('transaction_invalid', 'The link is used or has expired.');
}

function describeDone(
  client: Client | undefined,
  user: User,
  {
    session,
    resultUrl,
  }: { readonly session: ResetSession; readonly resultUrl: string | undefined },
): ResetDone {
  const { link } = session;
  const applicationUrl = client?.initiateLoginUri;
  const back = applicationUrl === undefined ? {} : { applicationUrl };
  if (resultUrl !== undefined) return { url: resultUrl, ...back };
  const given = parseWebUrl(link.resultUrl);
  if (given === null) return back;
  given.searchParams.set('success', 'true');
  given.searchParams.set('message', SUCCESS_MESSAGE);
  if (link.includeEmailInRedirect === true && user.email !== undefined) {
    given.searchParams.set('email', user.email);
  }
  return { url: given.href, ...back };
}
