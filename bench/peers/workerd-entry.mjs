// The chain as a service of workerd: the event in the request's body, all results in the answer.
import { capturingConsole, createChain } from './plain-chain.mjs';
import { handlers } from './handlers.mjs';

globalThis.console = capturingConsole;
const run = createChain(handlers);

export default {
  async fetch(request) {
    return Response.json(await run(await request.text()));
  },
};
