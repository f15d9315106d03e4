import { Worker } from 'node:worker_threads';
import type { ChainContender, ChainResult, ChainWork } from './chain-contender.ts';
import { createJsonClient, openIsolate } from './peer-modules.ts';
import { startPeer } from './peer-process.ts';

const WORKER = new URL('./peers/worker.mjs', import.meta.url);
/** As many connections as the benchmark has callers. */
const CONNECTIONS = 32;

/** One request per Action, one after another, to a Node server that does nothing else. */
export async function openWebhooks(work: ChainWork): Promise<ChainContender> {
  const server = await startPeer<{ port: number }>('peers/webhook-server.mjs', {
    args: [JSON.stringify(work.sources)],
  });
  const client = await createJsonClient(`http://127.0.0.1:${server.ready.port}`, CONNECTIONS);
  return {
    async call() {
      const results: ChainResult[] = [];
      for (const index of work.sources.keys()) {
        results.push((await client.post(`/${index}`, JSON.stringify(work.event))) as ChainResult);
      }
      return results;
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The whole chain in one request to workerd. */
export async function openWorkerd(work: ChainWork): Promise<ChainContender> {
  const server = await startPeer<{ port: number }>('peers/workerd-process.mjs', {
    args: [JSON.stringify(work.sources)],
  });
  const client = await createJsonClient(`http://127.0.0.1:${server.ready.port}`, CONNECTIONS);
  return {
    call: async () => (await client.post('/', JSON.stringify(work.event))) as ChainResult[],
    async [Symbol.asyncDispose]() {
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The whole chain in a thread of this process; not isolated from it. */
export async function openWorkerThread(work: ChainWork): Promise<ChainContender> {
  const worker = new Worker(WORKER, { workerData: work.sources });
  const waiting = new Map<number, (results: readonly ChainResult[]) => void>();
  let lastId = 0;
  worker.on('message', ([id, results]: [number, string]) => {
    waiting.get(id)?.(JSON.parse(results) as ChainResult[]);
    waiting.delete(id);
  });
  return {
    call() {
      lastId++;
      const answered = Promise.withResolvers<readonly ChainResult[]>();
      waiting.set(lastId, answered.resolve);
      worker.postMessage([lastId, JSON.stringify(work.event)]);
      return answered.promise;
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}

/** The whole chain in an isolate of this process, on a thread of its own; without Node's API. */
export async function openIsolatedVm(work: ChainWork): Promise<ChainContender> {
  const isolate = await openIsolate(work.sources);
  return {
    call: async () => JSON.parse(await isolate.run(JSON.stringify(work.event))) as ChainResult[],
    async [Symbol.asyncDispose]() {
      isolate.close();
    },
  };
}
