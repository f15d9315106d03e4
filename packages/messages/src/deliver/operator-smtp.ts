import type { Mailbox } from './addresses.ts';
import type { SmtpServer } from './send-smtp.ts';

/** The operator's mail server, used for tenants that have none of their own. */
export interface OperatorSmtp {
  readonly server: SmtpServer;
  /** The sender of every message that goes this way. */
  readonly from: Mailbox;
}
