import { AppError, type DirectLoginContext, type DirectLogins } from '@tessera/model';
import type { Accounts } from './create-accounts.ts';
import type { Passwordless } from './passwordless/create-passwordless.ts';
import { isPasswordless } from './passwordless/passwordless-options.ts';

/** Logins at the token endpoint: the same services as the pages, hence the same limits and logs. */
export function createDirectLogins(services: {
  readonly accounts: Pick<Accounts, 'logIn'>;
  readonly passwordless: Pick<Passwordless, 'logInWithCode'>;
}): DirectLogins {
  const accountContext = ({ tenant, store, baseUrl, client, request }: DirectLoginContext) => ({
    tenant,
    store,
    baseUrl,
    client,
    request,
  });
  return {
    async withPassword(context, input) {
      if (input.connection.strategy !== 'auth0') {
        throw new AppError('wrong_credentials', 'Wrong email or password.');
      }
      return services.accounts.logIn(accountContext(context), input);
    },
    async withCode(context, { connection, identifier, code }) {
      if (!isPasswordless(connection)) {
        throw new AppError('wrong_credentials', 'Wrong email or verification code.');
      }
      const input = { connection, address: identifier, code };
      return services.passwordless.logInWithCode(accountContext(context), input);
    },
  };
}
