import { createInterface } from 'node:readline';

/** Says one line to the process that started this one. */
export function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** Ends this process, after `cleanUp`, when the process that started it closes the connection or dies. */
export function endWithParent(cleanUp: () => Promise<void> = async () => {}): void {
  process.stdin.on('end', () => {
    cleanUp().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
      },
    );
  });
  process.stdin.resume();
}

/** Answers requests, one line of JSON each, in order. A failure ends the process with its message. */
export function answerRequests(answer: (message: never) => Promise<object>): void {
  let last = Promise.resolve();
  createInterface({ input: process.stdin }).on('line', (line) => {
    last = last
      .then(async () => say(await answer(JSON.parse(line) as never)))
      .catch((error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
        process.exit(1);
      });
  });
}
