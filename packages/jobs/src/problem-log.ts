import type { Logger } from '@tessera/model';
import { describeError } from './describe-error.ts';

/** While a database is away the queue reports a problem many times a second; one line in this time tells as much. */
const QUIET_MS = 10_000;

/** Logs the queue's own problems: the first at once, then one line now and then with how many there were. */
export function createProblemLog(logger: Logger): (problem: unknown) => void {
  let quietUntil = 0;
  let untold = 0;
  return (problem) => {
    const now = performance.now();
    if (now < quietUntil) {
      untold += 1;
      return;
    }
    logger.error({ error: describeError(unwrap(problem)), untold }, 'The job queue has a problem');
    quietUntil = now + QUIET_MS;
    untold = 0;
  };
}

/** pg-boss wraps some errors in an object of its own. */
function unwrap(problem: unknown): unknown {
  if (problem instanceof Error || typeof problem !== 'object' || problem === null) return problem;
  if ('error' in problem) return problem.error;
  return 'message' in problem ? problem.message : 'no details';
}
