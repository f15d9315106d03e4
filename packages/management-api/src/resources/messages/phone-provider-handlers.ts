import type { MANAGEMENT_OPERATIONS, WirePhoneProvider } from '@tessera/api-contract';
import {
  createPhoneProviderId,
  type JsonObject,
  type MessageProvider,
  type Messages,
  type RandomBytes,
  type Tenant,
  type TenantStore,
} from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { WireError } from '../../http/wire-error.ts';
import { toJsonObject } from '../to-json.ts';
import { sendTestMessage } from './send-test-message.ts';

type ProviderOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  | 'listPhoneProviders'
  | 'createPhoneProvider'
  | 'getPhoneProvider'
  | 'updatePhoneProvider'
  | 'deletePhoneProvider'
  | 'tryPhoneProvider'
>;

/** Phone providers of a tenant: the first enabled one is used. */
const MAX_PROVIDERS = 10;

export function phoneProviderHandlers(services: {
  readonly randomBytes: RandomBytes;
  readonly messages: Messages;
}): OperationHandlers<ProviderOperations> {
  return {
    listPhoneProviders: async ({ context, store, query }) => {
      const providers = await store.messageProviders.list('phone');
      const wanted = providers.filter(
        ({ isEnabled }) => query.disabled === undefined || query.disabled !== isEnabled,
      );
      return {
        status: 200,
        body: { providers: wanted.map((one) => toWireProvider(context.tenant, one)) },
      };
    },
    createPhoneProvider: async ({ context, store, body }) => {
      await checkRoom(store);
      const created = await store.messageProviders.create({
        id: createPhoneProviderId(services.randomBytes),
        channel: 'phone',
        name: body.name,
        isEnabled: body.disabled !== true,
        settings: toJsonObject({ configuration: body.configuration }),
        credentials: {},
      });
      return { status: 201, body: toWireProvider(context.tenant, created) };
    },
    getPhoneProvider: async ({ context, store, params }) => {
      const provider = await getProvider(store, params.id);
      return { status: 200, body: toWireProvider(context.tenant, provider) };
    },
    updatePhoneProvider: async ({ context, store, params, body }) => {
      const { settings } = await getProvider(store, params.id);
      const changed = await store.messageProviders.update(params.id, {
        ...(body.disabled === undefined ? {} : { isEnabled: !body.disabled }),
        ...(body.configuration === undefined
          ? {}
          : { settings: { ...settings, configuration: body.configuration as JsonObject } }),
      });
      if (changed === undefined) throw resourceNotFound();
      return { status: 200, body: toWireProvider(context.tenant, changed) };
    },
    deletePhoneProvider: async ({ store, params }) => {
      await getProvider(store, params.id);
      await store.messageProviders.delete(params.id);
      return { status: 204 };
    },
    tryPhoneProvider: async ({ context, store, params, body, facts }) => {
      await getProvider(store, params.id);
      return sendTestMessage(services.messages, { context, store, request: facts }, { body });
    },
  };
}

const resourceNotFound = () => notFound('Notification Resource not found');

/** A provider of e-mails has no id here. */
async function getProvider(store: TenantStore, id: string): Promise<MessageProvider> {
  const provider = await store.messageProviders.find(id);
  if (provider === undefined || provider.channel !== 'phone') throw resourceNotFound();
  return provider;
}

async function checkRoom(store: TenantStore): Promise<void> {
  if ((await store.messageProviders.list('phone')).length < MAX_PROVIDERS) return;
  throw new WireError(
    'limit_reached',
    `The tenant has reached its limit of ${MAX_PROVIDERS} phone providers.`,
    { errorCode: 'limit_reached' },
  );
}

function toWireProvider(tenant: Tenant, provider: MessageProvider): WirePhoneProvider {
  return {
    id: provider.id,
    tenant: tenant.name,
    name: provider.name,
    channel: 'phone',
    disabled: !provider.isEnabled,
    ...(provider.settings as Pick<WirePhoneProvider, 'configuration'>),
    created_at: provider.createdAt.toISOString(),
    updated_at: provider.updatedAt.toISOString(),
  };
}
