import type { OutboxMessage, RateLimitStore, Tenant } from '@tessera/model';
import { LIMITS } from './limits.ts';

const HOUR_SECONDS = 3_600;
const TENANT_WINDOW_SECONDS = 600;

/** Counts messages, so that nobody can be flooded in a tenant's name. */
export interface MessageLimits {
  /** Counts one message; says which limit it is beyond, if any. */
  count(tenant: Tenant, channel: OutboxMessage['channel'], to: string): Promise<string | undefined>;
}

export function createMessageLimits(rateLimits: RateLimitStore): MessageLimits {
  return {
    async count(tenant, channel, to) {
      const perRecipient =
        channel === 'email'
          ? LIMITS.emailsPerRecipientAndHour
          : LIMITS.phoneMessagesPerRecipientAndHour;
      const recipient = await rateLimits.consume(
        JSON.stringify(['message', tenant.id, channel, to.toLowerCase()]),
        HOUR_SECONDS,
      );
      // What a flood to one person asks for is not counted for the tenant: it would silence all others.
      if (recipient.count > perRecipient)
        return `more than ${perRecipient} messages to this recipient in an hour`;
      const all = await rateLimits.consume(
        JSON.stringify(['messages', tenant.id]),
        TENANT_WINDOW_SECONDS,
      );
      const { messagesPerTenantAndTenMinutes } = LIMITS;
      return all.count > messagesPerTenantAndTenMinutes
        ? `more than ${messagesPerTenantAndTenMinutes} messages of this tenant in ten minutes`
        : undefined;
    },
  };
}
