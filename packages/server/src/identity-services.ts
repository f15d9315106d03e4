import {
  type Accounts,
  createAccounts,
  createDirectLogins,
  createMultifactor,
  createPasskeys,
  createPasswordless,
  createPushDevices,
  createUpstreamLogins,
  type Passkeys,
  type Passwordless,
  type PushDevices,
  type UpstreamLogins,
  userProvisioning,
} from '@tessera/accounts';
import type { TriggerPipeline } from '@tessera/engine';
import { createMessages, findTemplateProblem } from '@tessera/messages';
import type {
  Clock,
  DirectLogins,
  JobQueue,
  Logger,
  Messages,
  Multifactor,
  RandomBytes,
  Store,
  UserProvisioning,
} from '@tessera/model';
import type { EgressPolicy } from '@tessera/sandbox';
import { openConfiguredBreachedPasswords } from './breached-passwords.ts';
import type { Config } from './config.ts';
import { createUpstreamFetch } from './upstream-fetch.ts';

/** What the services around people are built from. */
export interface IdentityParts {
  readonly store: Store;
  readonly jobs: JobQueue;
  readonly config: Pick<Config, 'breachedPasswords'>;
  readonly pipeline: TriggerPipeline;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly logger: Logger;
  /** What upstream providers may be reached. */
  readonly egress: EgressPolicy;
}

/** People's accounts, and the messages that go to them. */
export interface IdentityServices {
  readonly messages: Messages;
  /** Says what is wrong with a message's template. */
  readonly findTemplateProblem: typeof findTemplateProblem;
  readonly accounts: Accounts;
  readonly passwordless: Passwordless;
  readonly passkeys: Passkeys;
  readonly directLogins: DirectLogins;
  readonly provisioning: UserProvisioning;
  readonly upstreamLogins: UpstreamLogins;
  readonly multifactor: Multifactor;
  readonly pushDevices: PushDevices;
}

export function createIdentityServices(parts: IdentityParts): IdentityServices {
  const { rateLimits } = parts.store;
  const messages = createMessages({ ...parts, rateLimits });
  const breached = openConfiguredBreachedPasswords(parts.config, parts.logger);
  const services = { ...parts, ...breached, messages, rateLimits };
  const multifactor = createMultifactor(services);
  const accounts = createAccounts({ ...services, multifactor });
  const passwordless = createPasswordless(services);
  return {
    messages,
    findTemplateProblem,
    accounts,
    passwordless,
    passkeys: createPasskeys(services),
    directLogins: createDirectLogins({ accounts, passwordless }),
    provisioning: userProvisioning,
    upstreamLogins: createUpstreamLogins({
      ...parts,
      provisioning: userProvisioning,
      upstreamFetch: createUpstreamFetch(parts.egress),
    }),
    multifactor,
    pushDevices: createPushDevices(services),
  };
}
