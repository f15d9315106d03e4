import type { TriggerPipeline } from '@tessera/engine';
import type { OperatorSmtp } from './operator-smtp.ts';
import type { SmtpAddress } from './send-smtp.ts';

/** What sending needs besides the message. */
export interface DeliveryServices {
  readonly pipeline: TriggerPipeline;
  /** Absent: tenants without a provider of their own keep their messages. */
  readonly operatorSmtp?: OperatorSmtp;
  /**
   * Resolves the host of a tenant's mail server and judges every address by the operator's rules. Rejects
   * with a message for the tenant's log when it may not be reached, or is not known.
   */
  readonly judgeHost: (
    tenantId: string,
    target: { readonly host: string; readonly port: number },
  ) => Promise<readonly SmtpAddress[]>;
}
