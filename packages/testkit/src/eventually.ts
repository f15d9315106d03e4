/** Long enough for a build on a machine that does much else. */
const TIMEOUT_MS = 60_000;
const POLL_MS = 100;

/**
 * Asks again until there is an answer, for what has no event to wait for: builds, what workers do, the
 * outbox. Rejects when there is none in time, naming `what`, and at once when asking fails.
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  { timeoutMs = TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
): Promise<T> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > until) throw new Error(`no ${what} in ${timeoutMs / 1000} s`);
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
}
