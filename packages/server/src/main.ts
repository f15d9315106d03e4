import { AppError } from '@tessera/model';
import { readConfig } from './config.ts';
import { startServer } from './start-server.ts';
import { StartupError } from './startup-error.ts';

/** A signal this much later than the first, ms, is a person who does not want to wait. */
const IMPATIENT_AFTER_MS = 1_500;

/** The process: reads the environment, runs until told to stop, ends with a code that says how it went. */
async function main(): Promise<void> {
  const server = await startServer(readConfig(), {
    progress: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(`${server.banner}\n`);

  let stoppingSince: number | undefined;
  const stop = (): void => {
    if (stoppingSince !== undefined) return;
    stoppingSince = performance.now();
    server.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  const onSignal = (): void => {
    // A second signal means: now. One that a terminal and the launcher both send comes at once, and is one.
    if (stoppingSince !== undefined && performance.now() - stoppingSince > IMPATIENT_AFTER_MS) {
      process.exit(1);
    }
    stop();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  // The launcher's channel closes when the launcher is gone, however it ended.
  process.on('disconnect', stop);
}

main().catch((error: unknown) => {
  const expected = error instanceof StartupError || error instanceof AppError;
  const text = expected ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`\nTessera cannot start: ${text}\n`);
  process.exit(1);
});
