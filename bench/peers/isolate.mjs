// The chain in a V8 isolate of its own inside this process. There is no Node in it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ivm from 'isolated-vm';

const CHAIN = readFileSync(join(import.meta.dirname, 'plain-chain.mjs'), 'utf8');

/** Loads the Actions into a new isolate. `run` takes the event's JSON and resolves with the results' JSON. */
export async function openIsolate(sources) {
  const isolate = new ivm.Isolate({ memoryLimit: 128 });
  const context = await isolate.createContext();
  const chain = await isolate.compileModule(
    `${CHAIN}
globalThis.console = capturingConsole;
const handlers = ${JSON.stringify(sources)}.map((source) => {
  const module = { exports: {} };
  new Function('exports', 'module', source)(module.exports, module);
  return module.exports.onExecutePostLogin;
});
const run = createChain(handlers);
export default async (eventJson) => JSON.stringify(await run(eventJson));
`,
  );
  await chain.instantiate(context, () => {
    throw new Error('the chain imports nothing');
  });
  await chain.evaluate();
  const run = await chain.namespace.get('default', { reference: true });
  return {
    run: (eventJson) => run.apply(undefined, [eventJson], { result: { promise: true, copy: true } }),
    close: () => isolate.dispose(),
  };
}
