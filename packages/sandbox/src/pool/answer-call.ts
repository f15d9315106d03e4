import type { GuestMessage } from '../protocol.ts';
import type { GuestLink } from './guest-link.ts';
import type { PendingRun } from './pending-run.ts';

/** A host call of this size counts as one; values for `api.cache` are smaller. */
const CALL_BYTES = 8 * 1024;

export interface CallFrame {
  readonly call: Extract<GuestMessage, { t: 'call' }>;
  /** Of the message. */
  readonly bytes: number;
}

/** Answers what a run asks the host for while it is under way; kills its process when it asks too much. */
export async function answerCall(
  { call: { call, method, args }, bytes }: CallFrame,
  {
    run,
    link,
    maxHostCalls,
  }: { readonly run: PendingRun; readonly link: GuestLink; readonly maxHostCalls: number },
): Promise<void> {
  // A large question costs the host as much as many small ones.
  run.hostCalls += Math.ceil(bytes / CALL_BYTES);
  if (run.hostCalls > maxHostCalls) {
    link.kill({ reason: 'output', detail: `more than ${maxHostCalls} calls of the host` });
    return;
  }
  const { onHostCall } = run.request;
  const of = { run: run.id, call };
  const refuse = (message: string) => link.send({ t: 'refuse', ...of, message });
  if (onHostCall === undefined) {
    refuse(`${method} is not available in this run.`);
    return;
  }
  try {
    const value = await onHostCall(method, args);
    link.send({ t: 'reply', ...of, ...(value === undefined ? {} : { value }) });
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error));
  }
}
