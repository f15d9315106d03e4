import { AppError, type Connection, type User } from '@tessera/model';
import type { AccountContext } from '../account-context.ts';
import { logInWithCode } from './log-in-with-code.ts';
import type { PasswordlessContext, PasswordlessServices } from './passwordless-services.ts';
import { findLink } from './pending-codes.ts';

/** What a link stands for. */
export interface PasswordlessLink {
  readonly connection: Connection;
  readonly address: string;
  readonly clientId: string;
  /** Parameters of the authorization that the link begins. */
  readonly authParams: Readonly<Record<string, string>>;
}

/** Longer secrets are none of ours. */
const MAX_SECRET_LENGTH = 100;

/** See `Passwordless.findLink`. */
export async function findUsableLink(
  { store }: AccountContext,
  secret: string,
): Promise<PasswordlessLink | undefined> {
  const link = secret.length <= MAX_SECRET_LENGTH ? await findLink(store, secret) : undefined;
  const connection = link && (await store.connections.find(link.connectionId));
  if (link === undefined || connection === undefined) return undefined;
  const { address, clientId, authParams } = link;
  return { connection, address, clientId, authParams };
}

/** See `Passwordless.logInWithLink`: a link is a long code that brings its address along. */
export async function logInWithLink(
  services: PasswordlessServices,
  context: PasswordlessContext,
  input: { readonly secret: string; readonly attemptKey?: string },
): Promise<{ readonly user: User; readonly connection: Connection }> {
  const link = await findUsableLink(context, input.secret);
  if (link === undefined) {
    throw new AppError('wrong_credentials', 'The link has expired or was already used.');
  }
  const { connection, address } = link;
  const user = await logInWithCode(services, context, {
    connection,
    address,
    code: input.secret,
    ...(input.attemptKey === undefined ? {} : { attemptKey: input.attemptKey }),
  });
  return { user, connection };
}
