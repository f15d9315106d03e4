import { CliError, UnavailableError, UsageError } from '../cli-error.ts';
import { connect } from '../connect.ts';
import { type Caller, getToken } from '../get-token.ts';
import { readArguments } from '../read-arguments.ts';
import type { Command } from './command.ts';

const USAGE = '--follow [--trigger <id>] [--action <id>] [--level <level>]';
/** Pause before connecting again, ms. */
const RECONNECT_MS = 1_000;

/** Prints what Actions print, throw and end with, as it happens, until it is interrupted. */
export const logs: Command = {
  usage: '--follow',
  summary: 'what Actions print and throw, live',
  help: [
    'A lost connection is made again, and goes on after the last line.',
    '',
    '--trigger <id>    of this trigger alone, e.g. post-login',
    '--action <id>     of this Action alone',
    '--level <level>   console lines of this level and above: debug, log, info, warn or error',
  ],
  async run({ args, settings, print }) {
    const query = readQuery(args);
    const caller = { settings, connection: connect(settings) };
    let lastEventId = '';
    for (let isFirst = true; ; isFirst = false) {
      const answer = await openStream(caller, query, lastEventId).catch((error: unknown) => {
        // A server that restarts is back in a moment.
        if (isFirst || !(error instanceof UnavailableError)) throw error;
        return undefined;
      });
      if (isFirst) print(`Following the Actions of ${settings.url}. Ctrl-C ends.`);
      for await (const { id, event, data } of readEvents(answer)) {
        lastEventId = id ?? lastEventId;
        for (const line of describe(event, data)) print(line);
      }
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
    }
  },
};

function readQuery(args: readonly string[]): URLSearchParams {
  const usage = `tessera logs ${USAGE}`;
  const text = { type: 'string' } as const;
  const { values } = readArguments(args, {
    usage,
    options: { follow: { type: 'boolean' }, trigger: text, action: text, level: text },
  });
  const { follow, trigger, action, level } = values;
  if (follow !== true) throw new UsageError(`--follow is missing. Usage: ${usage}`);
  const query = new URLSearchParams();
  if (trigger !== undefined) query.set('trigger_id', trigger);
  if (action !== undefined) query.set('action_id', action);
  if (level !== undefined) query.set('level', level);
  return query;
}

async function openStream(
  caller: Caller,
  query: URLSearchParams,
  lastEventId: string,
): Promise<Response> {
  const { settings, connection } = caller;
  const url = `${settings.url}/api/v2/actions/log-stream?${query.toString()}`;
  const answer = await connection.fetch(url, {
    headers: {
      authorization: `Bearer ${await getToken('/api/v2/', caller)}`,
      ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }),
    },
  });
  if (answer.ok) return answer;
  const message = `the server answered ${answer.status}: ${await readMessage(answer)}`;
  // 429: the streams that broke with ours may not be over yet.
  throw answer.status >= 500 || answer.status === 429
    ? new UnavailableError(message)
    : new CliError(message);
}

/** What a failed answer says of itself. */
async function readMessage(answer: Response): Promise<string> {
  const text = await answer.text();
  try {
    const { message, error_description } = JSON.parse(text);
    return String(message ?? error_description ?? text);
  } catch {
    return text.slice(0, 200);
  }
}

interface ServerEvent {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Server-sent events of an answer; ends with it, or where the connection breaks. */
async function* readEvents(answer: Response | undefined): AsyncGenerator<ServerEvent> {
  const stream = answer?.body?.pipeThrough(new TextDecoderStream());
  if (stream === undefined) return;
  const reader = stream.getReader();
  let rest = '';
  for (;;) {
    const { value } = await reader.read().catch(() => ({ value: undefined }));
    if (value === undefined) return;
    rest += value;
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const read = (field: string) => new RegExp(`^${field}: (.*)$`, 'm').exec(block)?.[1];
      yield { id: read('id'), event: read('event'), data: JSON.parse(read('data') ?? '{}') };
    }
  }
}

/** The lines of one event. */
function describe(event: string | undefined, data: ServerEvent['data']): string[] {
  const action = `${String(data.trigger_id)} ${String(data.action_name)}@${String(data.version_number)}`;
  switch (event) {
    case 'console':
      return [
        `${String(data.time)} ${String(data.level).padEnd(5)} ${action}  ${clean(data.message)}`,
      ];
    case 'exception':
      return [
        `${String(data.time)} throw ${action}  ${clean(data.name)}: ${clean(data.message)}`,
        ...(typeof data.stack === 'string' ? clean(data.stack).split('\n').slice(1) : []),
      ];
    case 'execution':
      return [
        `${' '.repeat(24)} end   ${String(data.trigger_id)}  ${String(data.status)} in ${String(data.duration_ms)} ms  ${String(data.execution_id)}`,
      ];
    case 'end':
      return [`(${clean(data.message)})`];
    default:
      return [];
  }
}

/** Actions print what they like; a terminal would obey some of it. */
function clean(text: unknown): string {
  return String(text).replaceAll(/[^\P{Cc}\n\t]/gu, '\uFFFD');
}
