import type {
  CredentialsExchangeCommand,
  CredentialsExchangeHandler,
  PostLogin,
  PostLoginCommand,
  PostLoginHandler,
  PostUserRegistrationCommand,
  PreUserRegistrationHandler,
} from '@tessera/action-types';

export const login: PostLoginHandler = async (event, api) => {
  api.user.setUserMetadata('seen', event.stats.logins_count).transaction.setMetadata('a', null);
  // @ts-expect-error transaction metadata holds no objects
  api.transaction.setMetadata('a', {});
  // @ts-expect-error there is no such provider
  api.multifactor.enable('sms');
};

export const machine: CredentialsExchangeHandler = (_event, api) => {
  api.access.deny('invalid_scope');
  // @ts-expect-error the code is none of OAuth's
  api.access.deny('because');
};

export const signup: PreUserRegistrationHandler = (event, api) => {
  // @ts-expect-error there is no id before the registration
  void event.user.user_id;
  // @ts-expect-error people get a message of their own
  api.access.deny('internal');
};

export const event = (given: PostLogin.Event): string => given.user.user_id;

export const command: PostLoginCommand = { method: 'idToken.setCustomClaim', args: ['name', [1]] };
// @ts-expect-error the value is missing
export const short: PostLoginCommand = { method: 'idToken.setCustomClaim', args: ['name'] };
// @ts-expect-error machines are not redirected
export const other: CredentialsExchangeCommand['method'] = 'redirect.sendUserTo';
// @ts-expect-error nothing is recorded after a registration
export const none: PostUserRegistrationCommand = { method: 'access.deny', args: ['no'] };
