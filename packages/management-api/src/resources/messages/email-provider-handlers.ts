import type {
  CreateEmailProviderBody,
  MANAGEMENT_OPERATIONS,
  UpdateEmailProviderBody,
  WireEmailProvider,
} from '@tessera/api-contract';
import type { JsonObject, MessageProvider } from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { orConflict } from '../../http/or-conflict.ts';
import { selectFields } from '../../http/select-fields.ts';
import { WireError } from '../../http/wire-error.ts';
import { toJsonObject } from '../to-json.ts';

type ProviderOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  'getEmailProvider' | 'createEmailProvider' | 'updateEmailProvider' | 'deleteEmailProvider'
>;

/** A tenant has one provider of e-mails; this is its id. */
const ID = 'email';
/** What is answered where the query names nothing. */
const DEFAULT_FIELDS = 'name,enabled';

export function emailProviderHandlers(): OperationHandlers<ProviderOperations> {
  return {
    getEmailProvider: async ({ store, query }) => {
      const provider = await store.messageProviders.find(ID);
      if (provider === undefined) throw providerNotFound();
      const { fields = DEFAULT_FIELDS } = query;
      return { status: 200, body: selectFields(toWireProvider(provider), { ...query, fields }) };
    },
    createEmailProvider: async ({ store, body }) => {
      const provider = toProvider(body);
      const work = store.messageProviders.create(provider);
      const created = await orConflict(work, {
        message: 'The email provider is already configured.',
        errorCode: 'email_provider_conflict',
      });
      return { status: 201, body: toWireProvider(created) };
    },
    updateEmailProvider: async ({ store, body }) =>
      await store.transaction(async (tx) => {
        const known = await tx.messageProviders.find(ID);
        if (known === undefined) throw providerNotFound();
        const changed = await tx.messageProviders.update(ID, toChange(known, body));
        if (changed === undefined) throw providerNotFound();
        return { status: 200, body: toWireProvider(changed) };
      }),
    deleteEmailProvider: async ({ store }) => {
      await store.messageProviders.delete(ID);
      return { status: 204 };
    },
  };
}

const providerNotFound = () =>
  notFound('There is not a configured email provider', 'inexistent_email_provider');

function toProvider(
  body: CreateEmailProviderBody,
): Omit<MessageProvider, 'createdAt' | 'updatedAt'> {
  const credentials = toJsonObject(body.credentials);
  checkCredentials(body.name, credentials);
  return {
    id: ID,
    channel: 'email',
    name: body.name,
    isEnabled: body.enabled ?? true,
    ...(body.default_from_address === undefined ? {} : { defaultFrom: body.default_from_address }),
    settings: describeSettings(body.settings),
    credentials,
  };
}

/** `null` means that nothing is set; an empty object is answered as one. */
const describeSettings = (settings: JsonObject | null | undefined): JsonObject =>
  settings === undefined || settings === null ? {} : { settings };

function toChange(known: MessageProvider, body: UpdateEmailProviderBody) {
  const name = body.name ?? known.name;
  const credentials =
    body.credentials === undefined
      ? known.credentials
      : mergeCredentials(known.credentials, toJsonObject(body.credentials));
  checkCredentials(name, credentials);
  return {
    name,
    credentials,
    ...(body.enabled === undefined ? {} : { isEnabled: body.enabled }),
    ...(body.default_from_address === undefined ? {} : { defaultFrom: body.default_from_address }),
    ...(body.settings === undefined ? {} : { settings: describeSettings(body.settings) }),
  };
}

/**
 * What a change names replaces. The password stays only at the host and for the user that it was given
 * for: who may change the host but does not know the password must not get it sent somewhere else.
 */
function mergeCredentials(known: JsonObject, change: JsonObject): JsonObject {
  const { smtp_pass: password, ...rest } = known;
  const merged: JsonObject = { ...rest, ...change };
  const isSamePlace = ['smtp_host', 'smtp_port', 'smtp_user'].every(
    (member) => merged[member] === known[member],
  );
  return isSamePlace && password !== undefined ? { smtp_pass: password, ...merged } : merged;
}

function checkCredentials(name: MessageProvider['name'], credentials: JsonObject): void {
  const refuse = (reason: string, member: string) =>
    new WireError('invalid_body', `Payload validation error: '${reason}' on property ${member}.`, {
      errorCode: 'invalid_body',
    });
  const { smtp_host: host, smtp_user: user, smtp_pass: password } = credentials;
  if (name === 'custom') {
    if (Object.keys(credentials).length === 0) return;
    throw refuse('The provider custom has no credentials', 'credentials');
  }
  if (host === undefined) throw refuse('Missing required property: smtp_host', 'credentials');
  if ((user === undefined) === (password === undefined)) return;
  throw refuse(
    'smtp_user and smtp_pass belong together; another host, port or user needs the password anew',
    'credentials',
  );
}

/** Without the password, whoever asks. */
function toWireProvider(provider: MessageProvider): WireEmailProvider {
  const { smtp_pass: _password, ...credentials } = provider.credentials;
  return {
    name: provider.name,
    enabled: provider.isEnabled,
    ...(provider.defaultFrom === undefined ? {} : { default_from_address: provider.defaultFrom }),
    credentials: credentials as WireEmailProvider['credentials'],
    ...(provider.settings as Pick<WireEmailProvider, 'settings'>),
  };
}
