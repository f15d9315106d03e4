import { CliError, UsageError } from '../cli-error.ts';
import { type Connection, connect } from '../connect.ts';
import type { Settings } from '../settings.ts';
import type { Command } from './command.ts';

const USAGE = 'tessera logs --follow [--trigger=<id>] [--action=<id>] [--level=<level>]';
/** Pause before connecting again, ms. */
const RECONNECT_MS = 1_000;
const QUERY: Readonly<Record<string, string>> = {
  '--trigger': 'trigger_id',
  '--action': 'action_id',
  '--level': 'level',
};

/** Prints what Actions print, throw and end with, as it happens, until it is interrupted. */
export const logs: Command = {
  usage: '--follow',
  summary: 'what Actions print and throw, live',
  async run({ args, settings, print }) {
    const query = readArguments(args);
    const connection = connect(settings);
    let lastEventId = '';
    for (let isFirst = true; ; isFirst = false) {
      const answer = await openStream({ settings, connection, query, lastEventId });
      if (isFirst) print(`Following the Actions of ${settings.url}. Ctrl-C ends.`);
      try {
        for await (const { id, event, data } of readEvents(answer)) {
          lastEventId = id ?? lastEventId;
          for (const line of describe(event, data)) print(line);
        }
      } catch {
        // The connection broke; the next one goes on where it stopped.
      }
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
    }
  },
};

function readArguments(args: readonly string[]): URLSearchParams {
  const query = new URLSearchParams();
  for (const argument of args.filter((one) => one !== '--follow')) {
    const [name = '', value = ''] = argument.split('=', 2);
    const parameter = QUERY[name];
    if (parameter === undefined || value === '')
      throw new UsageError(`"${argument}" is not understood. Usage: ${USAGE}`);
    query.set(parameter, value);
  }
  if (!args.includes('--follow')) throw new UsageError(`--follow is missing. Usage: ${USAGE}`);
  return query;
}

async function openStream(options: {
  readonly settings: Settings;
  readonly connection: Connection;
  readonly query: URLSearchParams;
  readonly lastEventId: string;
}): Promise<Response> {
  const { settings, connection, query, lastEventId } = options;
  const url = `${settings.url}/api/v2/actions/log-stream?${query.toString()}`;
  const answer = await connection.fetch(url, {
    headers: {
      authorization: `Bearer ${await getToken(settings, connection)}`,
      ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }),
    },
  });
  if (answer.ok) return answer;
  throw new CliError(`the server answered ${answer.status}: ${await readMessage(answer)}`);
}

async function getToken(settings: Settings, connection: Connection): Promise<string> {
  const { clientId, clientSecret } = settings.credentials();
  const answer = await connection.fetch(`${settings.url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      audience: `${settings.url}/api/v2/`,
    }),
  });
  if (!answer.ok) throw new CliError(`no token: ${await readMessage(answer)}`);
  const body = (await answer.json()) as { access_token: string };
  return body.access_token;
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

/** Server-sent events of an answer; ends with it. */
async function* readEvents(answer: Response): AsyncGenerator<ServerEvent> {
  if (answer.body === null) return;
  let rest = '';
  for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
    rest += text;
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
