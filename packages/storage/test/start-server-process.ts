import { startEmbeddedPostgres } from '@tessera/storage';

/** Run as a process: starts a server in the directory of its argument, tells the outcome, and waits to be killed. */
const [, , dataDir = ''] = process.argv;
const ignore = () => undefined;
const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function tell(outcome: object): void {
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}

try {
  const server = await startEmbeddedPostgres({ dataDir, logger });
  tell({ pid: server.pid, adopted: server.adopted });
  process.stdin.resume();
} catch (error) {
  tell({ error: error instanceof Error ? error.message : String(error) });
}
