// A plain Node process that loads Actions, runs them once, says so, and stays. Argument: file with the
// JSON list of sources. Standard input: the event's JSON on one line; its end ends the process.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { loadHandlers } from './load-handlers.mjs';
import { createChain } from './plain-chain.mjs';

const run = createChain(loadHandlers(JSON.parse(readFileSync(process.argv[2], 'utf8'))));
for await (const event of createInterface({ input: process.stdin })) {
  await run(event);
  process.stdout.write('ran\n');
}
