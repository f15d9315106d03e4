import { AppError } from '@tessera/model';
import { readConfig } from './config.ts';
import { startServer } from './start-server.ts';
import { StartupError } from './startup-error.ts';

/** The process: reads the environment, runs until told to stop, ends with a code that says how it went. */
async function main(): Promise<void> {
  const server = await startServer(readConfig(), {
    progress: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(`${server.banner}\n`);

  let stopping = false;
  const stop = (): void => {
    // A second signal while stopping means: now.
    if (stopping) process.exit(1);
    stopping = true;
    server.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // The launcher's channel closes when the launcher is gone, however it ended.
  process.on('disconnect', stop);
}

main().catch((error: unknown) => {
  const expected = error instanceof StartupError || error instanceof AppError;
  const text = expected ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`\nTessera cannot start: ${text}\n`);
  process.exit(1);
});
