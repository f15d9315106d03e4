import type { JsonValue } from '@tessera/model';
import type { ControlChannel } from './control-channel.ts';

/** Questions to the host that wait for an answer. */
export interface HostCalls {
  call(run: number, method: string, args: readonly JsonValue[]): Promise<JsonValue | undefined>;
  answer(call: number, value: JsonValue | undefined): void;
  refuse(call: number, message: string): void;
}

interface Waiting {
  readonly resolve: (value: JsonValue | undefined) => void;
  readonly reject: (error: Error) => void;
}

export function createHostCalls(channel: ControlChannel): HostCalls {
  const waiting = new Map<number, Waiting>();
  let lastCall = 0;

  const take = (call: number) => {
    const entry = waiting.get(call);
    waiting.delete(call);
    return entry;
  };
  return {
    call(run, method, args) {
      lastCall += 1;
      const call = lastCall;
      return new Promise((resolve, reject) => {
        waiting.set(call, { resolve, reject });
        channel.send({ t: 'call', run, call, method, args });
      });
    },
    answer: (call, value) => take(call)?.resolve(value),
    refuse: (call, message) => take(call)?.reject(new Error(message)),
  };
}
