import type {
  EventClient,
  EventCustomDomain,
  EventSecrets,
  EventSecurityContext,
  EventTenant,
} from '../shared/context.ts';
import type { EventIdentity } from '../shared/identity.ts';
import type { BasicRequest } from '../shared/request.ts';
import type { CorrelatedTransaction } from '../shared/transaction.ts';
import type { EventUser } from '../shared/user.ts';

/** What `onExecuteSendPhoneMessage` gets to know. A private copy: writing to it changes nothing. */
export interface SendPhoneMessageEvent {
  /** The application that the person logs in to; absent when none is involved. */
  readonly client?: EventClient;
  readonly custom_domain?: EventCustomDomain;
  readonly message_options: {
    /** Whether the person sets the factor up, or is challenged with it. */
    readonly action: 'enrollment' | 'second-factor-authentication';
    /** The one-time code. Keep it out of logs. */
    readonly code: string;
    readonly message_type: 'sms' | 'voice';
    /** Phone number, E.164: `+41445550100`. */
    readonly recipient: string;
    /** The whole message, with the code. */
    readonly text: string;
  };
  readonly request: BasicRequest;
  readonly secrets: EventSecrets;
  readonly security_context?: EventSecurityContext;
  readonly tenant: EventTenant;
  readonly transaction?: CorrelatedTransaction;
  readonly user: EventUser & {
    readonly identities?: EventIdentity[];
    readonly [member: string]: unknown;
  };
}
