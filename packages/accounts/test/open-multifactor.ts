import { randomBytes } from 'node:crypto';
import {
  createObjectId,
  type FactorName,
  type MfaSettings,
  type MultifactorContext,
  type NewUser,
  type User,
} from '@tessera/model';
import { createFakeMessages } from '@tessera/testkit';
import { createMultifactor, createPushDevices } from '../src/index.ts';
import { openAccounts } from './open-accounts.ts';

export const ALL_FACTORS: readonly FactorName[] = [
  'otp',
  'sms',
  'email',
  'push-notification',
  'webauthn-roaming',
  'webauthn-platform',
  'recovery-code',
];

/** Second factors on a fresh database; every factor enabled. */
export async function openMultifactor(name: string) {
  const opened = await openAccounts(name);
  // Tickets end by the clock of the database.
  opened.clock.time = new Date();
  const messages = createFakeMessages();
  const options = { ...opened.services, messages };
  const contextWith = (mfa: MfaSettings): MultifactorContext => ({
    store: opened.store,
    tenant: { ...opened.tenant, settings: { ...opened.tenant.settings, mfa } },
    baseUrl: 'https://login.example/',
    request: opened.context.request,
  });
  return {
    ...opened,
    messages,
    /** The code that was sent last, by any way. */
    lastCode: () => messages.codes.at(-1) ?? 'none',
    multifactor: createMultifactor(options),
    devices: createPushDevices(options),
    contextWith,
    context: contextWith({ factors: ALL_FACTORS }),
    createUser: async (fields: Partial<NewUser> = {}): Promise<User> => {
      const id = createObjectId(randomBytes);
      const connection = opened.connection.name;
      return opened.store.users.create({
        userId: `auth0|${id}`,
        email: `${id}@example.com`,
        emailVerified: false,
        identities: [{ connection, provider: 'auth0', userId: id, isSocial: false }],
        userMetadata: {},
        appMetadata: {},
        blocked: false,
        ...fields,
      });
    },
    /** Lets time pass. */
    pass(seconds: number) {
      opened.clock.time = new Date(opened.clock.time.getTime() + seconds * 1000);
    },
  };
}

export type OpenMultifactor = Awaited<ReturnType<typeof openMultifactor>>;
