import { type Accounts, createAccounts } from '@tessera/accounts';
import type { TriggerPipeline } from '@tessera/engine';
import { createMessages } from '@tessera/messages';
import type { Clock, JobQueue, Logger, Messages, RandomBytes, Store } from '@tessera/model';

/** What the services around people are built from. */
export interface IdentityParts {
  readonly store: Store;
  readonly jobs: JobQueue;
  readonly pipeline: TriggerPipeline;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly logger: Logger;
}

/** People's accounts, and the messages that go to them. */
export interface IdentityServices {
  readonly messages: Messages;
  readonly accounts: Accounts;
}

export function createIdentityServices(parts: IdentityParts): IdentityServices {
  const { rateLimits } = parts.store;
  const messages = createMessages({ ...parts, rateLimits });
  return { messages, accounts: createAccounts({ ...parts, messages, rateLimits }) };
}
