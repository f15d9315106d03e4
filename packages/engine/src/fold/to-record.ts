import type { ActionResult, ConsoleLine, GuestError, RecordedCommand } from '@tessera/model';
import { toStorableText } from '../json/storable-text.ts';
import { withoutUndefined } from '../json/without-undefined.ts';
import { maskSecrets } from './describe-failure.ts';

/** The result as the execution record keeps it: text that can be stored, and no secrets or tokens. */
export function toRecord(result: ActionResult, secrets: readonly string[]): ActionResult {
  const base = {
    ...result,
    commands: result.commands.map(redactCommand),
    logs: result.logs.map((line) => ({ ...line, message: toStorableText(line.message) })),
    requests: result.requests.map((request) =>
      withoutUndefined({
        ...request,
        host: toStorableText(request.host),
        error: request.error === undefined ? undefined : toStorableText(request.error),
      }),
    ),
  };
  if (base.kind !== 'failed' && base.kind !== 'limit-exceeded') return base;
  return { ...base, error: cleanError(base.error, secrets) };
}

/** The same result with lines of the platform added to the action's own. */
export function withWarnings(result: ActionResult, messages: readonly string[]): ActionResult {
  if (messages.length === 0) return result;
  const time = result.endedAt.toISOString();
  const lines = messages.map((message): ConsoleLine => ({ level: 'warn', time, message }));
  return { ...result, logs: [...result.logs, ...lines] };
}

function cleanError(error: GuestError, secrets: readonly string[]): GuestError {
  const clean = (text: string) => toStorableText(maskSecrets(text, secrets));
  return withoutUndefined({
    ...error,
    name: clean(error.name),
    message: clean(error.message),
    stack: error.stack === undefined ? undefined : clean(error.stack),
  });
}

const WITH_QUERY: ReadonlySet<string> = new Set([
  'redirect.sendUserTo',
  'transaction.setResultUrl',
]);

/** The query of an address can hold a token for another site: names stay, values do not. */
function redactCommand(command: RecordedCommand): RecordedCommand {
  if (!WITH_QUERY.has(command.method)) return command;
  const [url, options] = command.args;
  const query =
    typeof options === 'object' && options !== null && 'query' in options ? options.query : {};
  const names = Object.keys(query as object);
  return {
    method: command.method,
    args: [
      String(url).replace(/[?#].*$/s, (rest) => `${rest.charAt(0)}***`),
      { query: Object.fromEntries(names.map((name) => [name, '***'])) },
    ],
  };
}
