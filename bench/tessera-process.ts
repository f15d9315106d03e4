// A whole Tessera server for the benchmarks, in a process that can be kept to one core with all that it
// starts. Argument: JSON of further environment variables of the server.
import { startTestServer } from '@tessera/testkit';
import { answerRequests, endWithParent, say } from './peer-side.ts';
import type { ServerOrder } from './tessera-server.ts';

const server = await startTestServer({ env: JSON.parse(process.argv[2] ?? '{}') });
const { management } = server;

async function obey(order: ServerOrder): Promise<object> {
  switch (order.kind) {
    case 'manage':
      return { body: await management.ok(order.method, order.path, order.body) };
    case 'deploy':
      return { body: await management.deployAction(order.action) };
  }
}

answerRequests(obey);
endWithParent(async () => {
  await server[Symbol.asyncDispose]();
});
say({ url: server.url });
