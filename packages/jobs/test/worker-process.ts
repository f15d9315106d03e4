import { createJobs, type JobsOptions } from '../src/index.ts';

const ignore = () => undefined;

/** A worker that takes a job, says so on standard output, and never finishes it. Argument: the connection. */
const jobs = await createJobs({
  connection: JSON.parse(process.argv[2] ?? '{}') as JobsOptions['connection'],
  logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
});
const hang = () => {
  process.stdout.write('taken\n');
  return new Promise<void>(() => undefined);
};
await jobs.start({
  'run-trigger': hang,
  'build-draft': hang,
  'build-version': hang,
  'build-module': hang,
  'import-users': hang,
  'request-password-reset': hang,
  'send-message': hang,
});
