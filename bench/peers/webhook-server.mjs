// One HTTP endpoint per Action, on a bare Node server that keeps connections alive.
// Argument: JSON list of the Actions' sources. `POST /<index>` with the event answers with the result.
import { createServer } from 'node:http';
import { loadHandlers } from './load-handlers.mjs';
import { runAction } from './plain-chain.mjs';

const handlers = loadHandlers(JSON.parse(process.argv[2]));
const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    const handler = handlers[Number(request.url.slice(1))];
    const body = JSON.stringify(await runAction(handler, chunks.join('')));
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
