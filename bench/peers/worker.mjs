// The chain in a worker thread. Messages are `[id, eventJson]`, answers `[id, resultsJson]`: text costs
// less to hand over than objects of this size.
import { parentPort, workerData } from 'node:worker_threads';
import { loadHandlers } from './load-handlers.mjs';
import { createChain } from './plain-chain.mjs';

const run = createChain(loadHandlers(workerData));
parentPort.on('message', async ([id, event]) => {
  parentPort.postMessage([id, JSON.stringify(await run(event))]);
});
