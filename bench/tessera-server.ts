import { pinTo, SERVER_CORE } from './cores.ts';
import { startPeer } from './peer-process.ts';

/** An Action to deploy and to append to its trigger's bindings. */
export interface BenchAction {
  readonly name: string;
  readonly trigger: { readonly id: string; readonly version: string };
  readonly code: string;
}

export type ServerOrder =
  | {
      readonly kind: 'manage';
      readonly method: string;
      readonly path: string;
      readonly body?: object;
    }
  | { readonly kind: 'deploy'; readonly action: BenchAction };

/** A real server with an empty tenant, on a core of its own where that can be had. */
export interface TesseraServer extends AsyncDisposable {
  /** Base URL without trailing slash. */
  readonly url: string;
  /** The management API; anything but a 2xx rejects. */
  manage<Answer>(method: string, path: string, body?: object): Promise<Answer>;
  /** Returns the action's id. */
  deploy(action: BenchAction): Promise<string>;
  /** Makes these the bindings of the trigger, in this order. */
  bind(triggerId: string, actionIds: readonly string[]): Promise<void>;
}

const ORDER_LIMIT_MS = 150_000;

/** Starts it with further environment variables. Its end removes everything it made. */
export async function startTessera(env: Readonly<Record<string, string>>): Promise<TesseraServer> {
  const peer = await startPeer<{ url: string }>('tessera-process.ts', {
    prefix: pinTo(SERVER_CORE),
    nodeArgs: ['--conditions=source'],
    args: [JSON.stringify(env)],
  });
  const order = async <Answer>(message: ServerOrder): Promise<Answer> =>
    (await peer.request<{ body: Answer }>(message, ORDER_LIMIT_MS)).body;
  return {
    url: peer.ready.url,
    manage: (method, path, body) =>
      order({ kind: 'manage', method, path, ...(body === undefined ? {} : { body }) }),
    deploy: (action) => order({ kind: 'deploy', action }),
    async bind(triggerId, actionIds) {
      const bindings = actionIds.map((value, index) => ({
        ref: { type: 'action_id', value },
        display_name: `action-${index + 1}`,
      }));
      const path = `actions/triggers/${triggerId}/bindings`;
      await order({ kind: 'manage', method: 'PATCH', path, body: { bindings } });
    },
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
}
