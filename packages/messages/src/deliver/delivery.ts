import type { JsonObject } from '@tessera/model';

/** What became of one attempt. Reasons name the cause, never codes, links or texts of the message. */
export type Delivery = (
  | { readonly kind: 'sent' }
  /** There is no way: the message stands in the outbox, to be read there. */
  | { readonly kind: 'kept'; readonly content: JsonObject }
  /** Somebody decided that it is not to be sent. */
  | { readonly kind: 'dropped'; readonly reason: string }
  /** It may work later. */
  | { readonly kind: 'retry'; readonly reason: string }
  /** It will never work. */
  | { readonly kind: 'failed'; readonly reason: string }
) & {
  /** Runs of Actions that were to send it. */
  readonly executions?: readonly string[];
  /** It was sent, though not as the tenant's template has it. */
  readonly problem?: string;
};
