import { AppError, type DirectLogins, type TenantStore, type User } from '@tessera/model';

/** The password of everybody; codes are right when they are this text too. */
export const PASSWORD = 'correct horse';

/** Logins that know everybody's password; the real ones are tested with the accounts. */
export const fakeDirectLogins: DirectLogins = {
  withPassword: ({ store }, { connection, identifier, password }) =>
    judge(store, { connection: connection.name, email: identifier, secret: password }),
  withCode: ({ store }, { connection, identifier, code }) =>
    judge(store, { connection: connection.name, email: identifier, secret: code }),
};

async function judge(
  store: TenantStore,
  login: { readonly connection: string; readonly email: string; readonly secret: string },
): Promise<User> {
  if (login.email === 'throttled@example.com') {
    throw Object.assign(new AppError('too_many_attempts', 'Please wait a while.'), {
      retryAfterSeconds: 7,
    });
  }
  const user = await store.users.findByIdentifier(login.connection, { email: login.email });
  if (user === undefined || login.secret !== PASSWORD) {
    throw new AppError('wrong_credentials', 'Wrong email or password.');
  }
  if (user.blocked) throw new AppError('account_blocked', 'This account is blocked.');
  return user;
}
