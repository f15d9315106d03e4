import type { MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import type { Clock, RandomBytes, SigningKey, TenantStore } from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { WireError } from '../../http/wire-error.ts';
import { createSigningKey } from '../../provisioning/create-signing-key.ts';
import { describeSigningKeys, toWireSigningKey } from './signing-key-mapper.ts';

type SigningKeyOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  'listSigningKeys' | 'rotateSigningKey' | 'getSigningKey' | 'revokeSigningKey'
>;

async function getSigningKey(store: TenantStore, kid: string): Promise<SigningKey> {
  const keys = await store.signingKeys.list();
  const key = keys.find((one) => one.kid === kid);
  if (key === undefined) throw notFound('Signing key not found.');
  return key;
}

export function signingKeyHandlers(services: {
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}): OperationHandlers<SigningKeyOperations> {
  const { clock, randomBytes } = services;
  return {
    listSigningKeys: async ({ store, context }) => ({
      status: 200,
      body: await describeSigningKeys(store, context),
    }),
    rotateSigningKey: async ({ store, context }) => {
      await store.signingKeys.rotate(
        await createSigningKey('next', { randomBytes, now: clock.now() }),
      );
      const keys = await describeSigningKeys(store, context);
      const { kid, cert } = keys.find(({ current }) => current) ?? { kid: '', cert: '' };
      return { status: 201, body: { kid, cert } };
    },
    getSigningKey: async ({ store, context, params }) => {
      const key = await getSigningKey(store, params.kid);
      return { status: 200, body: toWireSigningKey(key, context) };
    },
    revokeSigningKey: async ({ store, context, params }) => {
      const key = await getSigningKey(store, params.kid);
      if (key.state === 'current' || key.state === 'next') {
        throw new WireError(
          'conflict',
          `The ${key.state} signing key cannot be revoked: rotate first.`,
          { errorCode: 'signing_key_in_use' },
        );
      }
      if (!(await store.signingKeys.revoke(key.kid))) throw notFound('Signing key not found.');
      const { kid, cert } = toWireSigningKey(key, context);
      return { status: 200, body: { kid, cert } };
    },
  };
}
