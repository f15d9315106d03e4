// A plain Node process that loads Actions, runs them once and ends: no sandbox, nothing prepared.
// Argument: file with the JSON list of sources. Standard input: the event's JSON. Output: the results'.
import { readFileSync } from 'node:fs';
import { loadHandlers } from './load-handlers.mjs';
import { createChain } from './plain-chain.mjs';

const run = createChain(loadHandlers(JSON.parse(readFileSync(process.argv[2], 'utf8'))));
process.stdout.write(JSON.stringify(await run(readFileSync(0, 'utf8'))));
