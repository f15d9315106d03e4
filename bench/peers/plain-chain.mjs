// A chain of Actions in as little code as does the job: each gets its own copy of the event, a
// recording `api` and a captured console. No isolation, no limits, no checks of arguments: what the
// peers run is the least that anyone would write, so that a comparison errs in their favour.
// Uses the language alone: it also runs where there is no Node.

/**
 * @param handlers `onExecutePostLogin` of each Action, in order.
 * @returns A function from the event's JSON to the results.
 */
export function createChain(handlers) {
  return async (eventJson) => {
    const results = [];
    for (const handler of handlers) results.push(await runAction(handler, eventJson));
    return results;
  };
}

/** Console lines of the Action that is running. */
let lines = [];

/** To take the place of `console`. */
export const capturingConsole = {
  log: (...args) => lines.push({ level: 'log', time: new Date().toISOString(), message: args.join(' ') }),
};

export async function runAction(handler, eventJson) {
  const startedAt = Date.now();
  const event = JSON.parse(eventJson);
  event.secrets = {};
  const commands = [];
  lines = [];
  await handler(event, createApi(commands));
  return { kind: 'completed', startedAt, endedAt: Date.now(), commands, logs: lines, requests: [] };
}

function createApi(commands) {
  const record = (method) => (...args) => {
    commands.push({ method, args });
  };
  return {
    access: { deny: record('access.deny') },
    idToken: { setCustomClaim: record('idToken.setCustomClaim') },
    accessToken: {
      setCustomClaim: record('accessToken.setCustomClaim'),
      addScope: record('accessToken.addScope'),
      removeScope: record('accessToken.removeScope'),
    },
    user: {
      setAppMetadata: record('user.setAppMetadata'),
      setUserMetadata: record('user.setUserMetadata'),
    },
    transaction: { setMetadata: record('transaction.setMetadata') },
    redirect: { sendUserTo: record('redirect.sendUserTo') },
  };
}
