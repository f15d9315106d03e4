import type { ActionScope } from './action-scope.ts';

const now = performance.now.bind(performance);
const laterTurn = setImmediate;
const startTimer = setTimeout;
const stopTimer = clearTimeout;

/** Libraries begin a request, and tell of its end, a turn or two of the event loop after they are called. */
const TURNS = 4;

/**
 * Waits for the HTTP requests that a handler started and did not await, and for those that follow from
 * them, at most `limitMs`. For asynchronous triggers, which keep nobody waiting: an author who only
 * calls `client.send(…)` gets the request sent, and its end into the record.
 */
export async function awaitBackgroundWork(scope: ActionScope, limitMs: number): Promise<void> {
  if (limitMs === 0) return;
  const until = now() + limitMs;
  for (;;) {
    await waitTurns();
    const leftMs = until - now();
    if (scope.openRequests === 0 || leftMs <= 0) return;
    await waitForIdle(scope, leftMs);
  }
}

async function waitTurns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) {
    await new Promise<void>((resolve) => laterTurn(resolve));
  }
}

function waitForIdle(scope: ActionScope, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = startTimer(resolve, limitMs);
    scope.onIdle = () => {
      stopTimer(timer);
      resolve();
    };
  });
}
