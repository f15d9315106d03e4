import { MULTIFACTOR_LIMITS } from '@tessera/accounts';
import type { MANAGEMENT_OPERATIONS, NewAuthenticationMethodBody } from '@tessera/api-contract';
import type {
  Authenticator,
  Clock,
  Multifactor,
  MultifactorContext,
  RandomBytes,
  RequestContext,
  RequestFacts,
  TenantStore,
  User,
} from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { toPageQuery } from '../../http/paging.ts';
import { WireError } from '../../http/wire-error.ts';
import {
  isEnrollment,
  readNewMethod,
  toChangedMethod,
  toWireEnrollment,
  toWireMethod,
  toWrittenMethod,
} from './authenticator-mapper.ts';
import { removeFactors } from './remove-factors.ts';

type Operations = typeof MANAGEMENT_OPERATIONS;
type MethodOperations = Pick<
  Operations,
  | 'listAuthenticationMethods'
  | 'createAuthenticationMethod'
  | 'setAuthenticationMethods'
  | 'deleteAuthenticationMethods'
  | 'getAuthenticationMethod'
  | 'updateAuthenticationMethod'
  | 'deleteAuthenticationMethod'
>;
type UserFactorOperations = Pick<
  Operations,
  | 'listUserEnrollments'
  | 'deleteUserAuthenticators'
  | 'deleteUserMultifactorProvider'
  | 'invalidateRememberedBrowsers'
  | 'regenerateRecoveryCode'
>;

interface Services {
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly multifactor: Multifactor;
}

const userNotFound = () => notFound('The user does not exist.', 'inexistent_user');
const methodNotFound = () =>
  notFound('The authentication method does not exist.', 'authentication_method_not_found');

export async function getUser(store: TenantStore, id: string): Promise<User> {
  const user = await store.users.find(id);
  if (user === undefined) throw userNotFound();
  return user;
}

async function getMethod(
  store: TenantStore,
  params: { readonly id: string; readonly authentication_method_id: string },
): Promise<Authenticator> {
  await getUser(store, params.id);
  const method = await store.authenticators.find(params.authentication_method_id);
  if (method?.userId !== params.id) throw methodNotFound();
  return method;
}

export function authenticationMethodHandlers(
  services: Services,
): OperationHandlers<MethodOperations & UserFactorOperations> {
  return { ...methodHandlers(services), ...userFactorHandlers(services) };
}

function methodHandlers(services: Services): OperationHandlers<MethodOperations> {
  const { randomBytes } = services;
  const create = (store: TenantStore, userId: string, body: NewAuthenticationMethodBody) =>
    store.authenticators.create(readNewMethod(userId, body, randomBytes));
  return {
    listAuthenticationMethods: async ({ store, params, query }) => {
      await getUser(store, params.id);
      const stored = await store.authenticators.listForUser(params.id);
      // As recorded: phones stand last.
      const isPhone = ({ type }: Authenticator) => type === 'phone';
      const all = [...stored.filter((one) => !isPhone(one)), ...stored.filter(isPhone)];
      const { page, perPage } = toPageQuery(query);
      const start = page * perPage;
      const items = all.slice(start, start + perPage).map(toWireMethod);
      if (query.include_totals !== true) return { status: 200, body: items };
      // An empty list has no total, as recorded.
      const total = all.length === 0 ? {} : { total: all.length };
      return { status: 200, body: { authenticators: items, ...total, start, limit: perPage } };
    },
    createAuthenticationMethod: async ({ store, params, body }) => {
      await getUser(store, params.id);
      const all = await store.authenticators.listForUser(params.id);
      if (all.length >= MULTIFACTOR_LIMITS.authenticatorsPerUser) throw tooMany();
      const created = await create(store, params.id, body);
      return { status: 201, body: toChangedMethod(created) };
    },
    setAuthenticationMethods: async ({ store, context, params, body }) => {
      await getUser(store, params.id);
      const replaced = await store.authenticators.listForUser(params.id);
      await removeFactors(services, { store, context }, params.id, replaced);
      const created = await store.transaction(async (tx) => {
        const methods: Authenticator[] = [];
        for (const method of body) methods.push(await create(tx, params.id, method));
        return methods;
      });
      return { status: 200, body: created.map(toWrittenMethod) };
    },
    deleteAuthenticationMethods: async ({ store, context, params }) => {
      const all = await store.authenticators.listForUser(params.id);
      await removeFactors(services, { store, context }, params.id, all);
      return { status: 204 };
    },
    getAuthenticationMethod: async ({ store, params }) => ({
      status: 200,
      body: toWireMethod(await getMethod(store, params)),
    }),
    updateAuthenticationMethod: async ({ store, params, body }) => {
      const { id, type } = await getMethod(store, params);
      const { name, preferred_authentication_method: preferredMethod } = body;
      if (preferredMethod !== undefined && type !== 'phone') {
        throw new WireError(
          'invalid_body',
          'preferred_authentication_method applies to phones only.',
          { errorCode: 'invalid_body' },
        );
      }
      const changed = await store.authenticators.update(id, {
        ...(name === undefined ? {} : { name }),
        ...(preferredMethod === undefined ? {} : { preferredMethod }),
      });
      if (changed === undefined) throw methodNotFound();
      return { status: 200, body: toChangedMethod(changed) };
    },
    deleteAuthenticationMethod: async ({ store, context, params }) => {
      const method = await getMethod(store, params);
      await removeFactors(services, { store, context }, params.id, [method]);
      return { status: 204 };
    },
  };
}

const tooMany = () =>
  new WireError(
    'invalid_body',
    `A user can have at most ${MULTIFACTOR_LIMITS.authenticatorsPerUser} authentication methods.`,
    { errorCode: 'too_many_authentication_methods' },
  );

/** For the services of second factors. */
export function toMultifactorContext(request: {
  readonly context: RequestContext;
  readonly store: TenantStore;
  readonly facts: RequestFacts;
}): MultifactorContext {
  const { context, store, facts } = request;
  return { tenant: context.tenant, store, baseUrl: context.baseUrl, request: facts };
}

function userFactorHandlers(services: Services): OperationHandlers<UserFactorOperations> {
  const { multifactor } = services;
  return {
    listUserEnrollments: async ({ store, params }) => {
      await getUser(store, params.id);
      const all = await store.authenticators.listForUser(params.id);
      const enrollments = all.filter((method) => method.isConfirmed && isEnrollment(method));
      return { status: 200, body: enrollments.map(toWireEnrollment) };
    },
    deleteUserAuthenticators: async ({ store, context, params }) => {
      const all = await store.authenticators.listForUser(params.id);
      const factors = all.filter(({ type }) => type !== 'passkey');
      await removeFactors(services, { store, context }, params.id, factors);
      return { status: 204 };
    },
    deleteUserMultifactorProvider: async ({ store, context, params }) => {
      await getUser(store, params.id);
      const all = await store.authenticators.listForUser(params.id);
      const isOf = ({ type }: Authenticator) =>
        params.provider === 'google-authenticator' && type === 'totp';
      await removeFactors(services, { store, context }, params.id, all.filter(isOf));
      return { status: 204 };
    },
    invalidateRememberedBrowsers: async ({ store, params }) => {
      await getUser(store, params.id);
      await store.userDevices.forgetMfa(params.id);
      return { status: 204 };
    },
    regenerateRecoveryCode: async (request) => {
      const user = await getUser(request.store, request.params.id);
      const context = toMultifactorContext(request);
      const code = await multifactor.regenerateRecoveryCode(context, user);
      return { status: 200, body: { recovery_code: code } };
    },
  };
}
