/** Plays recorded exchanges against the server, as `contract/management-api.md`, section 4.3, has it. */
import type { Answer } from './open-management.ts';

/** One recorded exchange. */
export interface Exchange {
  readonly source: string;
  readonly cassette: string;
  readonly seq: number;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly requestContentType?: string;
  readonly requestBody: unknown;
  readonly status: number;
  readonly responseBody: unknown;
}

type Send = (exchange: Exchange, path: string, body: unknown) => Promise<Answer>;

const ID =
  /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(con|rol|cgr|tep|job|pro|tem)_[A-Za-z0-9]{8,}|[0-9a-f]{24}|[A-Za-z0-9]{32}|[a-z0-9-]+\|[^ ]+)$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
/** Values that no two servers share; that they are there is compared all the same. */
const VOLATILE = new Set([
  'client_secret',
  // The URL of a link, with its secret.
  'ticket',
  'signing_keys',
  'stack',
  'stats',
  'error',
  'picture',
  'recovery_code',
  'ticket_url',
  // Names of the recorded tenants.
  'tenant',
  'configuration',
  // Its defaults grew from year to year.
  'authentication_methods',
]);
const BUILDING = new Set(['pending', 'building', 'retrying', 'built', 'PENDING', 'BUILT']);
/** Present or not: by the moment of the build, by the year of the recording, or only here. */
const OPTIONAL = new Set([
  'build_time',
  'built_at',
  'commands',
  'logs',
  'requests',
  'authentication',
  'connected_accounts',
  'cross_origin_auth',
  'cross_origin_authentication',
  'signing_secret',
  'subject_type_authorization',
  'type',
  'mfa',
]);

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Ids of the recording, each with the one that took its place here. */
class Ids {
  readonly #ids = new Map<string, string>();

  bind(recorded: string, actual: string): string | undefined {
    const known = this.#ids.get(recorded);
    if (known === undefined) this.#ids.set(recorded, actual);
    return known === undefined || known === actual ? undefined : known;
  }

  replace<T>(value: T): T {
    if (typeof value === 'string') return this.#replaceText(value) as T;
    if (Array.isArray(value)) return value.map((item) => this.replace(item)) as T;
    if (!isObject(value)) return value;
    const entries = Object.entries(value).map(([key, member]) => [key, this.replace(member)]);
    return Object.fromEntries(entries) as T;
  }

  #replaceText(text: string): string {
    const whole = this.#ids.get(text);
    if (whole !== undefined) return whole;
    let replaced = text;
    for (const [recorded, actual] of this.#ids) {
      if (recorded.length >= 16) replaced = replaced.replaceAll(recorded, actual);
    }
    return replaced;
  }
}

/** Plays a cassette; returns what differed. Some exchanges expect what their tenant already had. */
export async function replay(
  exchanges: readonly Exchange[],
  send: Send,
  isSkipped: (exchange: Exchange) => boolean = () => false,
): Promise<readonly string[]> {
  const ids = new Ids();
  const differences: string[] = [];
  for (const exchange of exchanges) {
    if (isSkipped(exchange)) continue;
    const path = exchange.path
      .split('/')
      .map((segment) => encodeURIComponent(ids.replace(decodeURIComponent(segment))))
      .join('/');
    const query = new URLSearchParams(
      Object.entries(ids.replace(exchange.query)).flatMap(([name, value]) =>
        [value].flat().map((one): [string, string] => [name, String(one)]),
      ),
    ).toString();
    const body = ids.replace(exchange.requestBody) ?? undefined;
    const answer = await send(exchange, query === '' ? path : `${path}?${query}`, body);
    const at = `#${exchange.seq} ${exchange.method} ${exchange.path}`;
    if (answer.status !== exchange.status) {
      differences.push(
        `${at}: status ${exchange.status} != ${answer.status} ${answer.text.slice(0, 200)}`,
      );
    } else if (exchange.responseBody !== undefined && exchange.responseBody !== '') {
      const found = compare(exchange.responseBody, answer.body, { at: '$', key: '', ids });
      differences.push(...found.map((difference) => `${at}: ${difference}`));
    }
  }
  return differences;
}

interface Place {
  readonly at: string;
  readonly key: string;
  readonly ids: Ids;
}

function compare(recorded: unknown, actual: unknown, place: Place): string[] {
  const { at, key, ids } = place;
  if (VOLATILE.has(key)) return actual === undefined ? [`${at}: missing`] : [];
  if (typeof recorded === 'string' && typeof actual === 'string')
    return compareText(recorded, actual, place);
  if (Array.isArray(recorded) && Array.isArray(actual)) {
    if (recorded.length !== actual.length)
      return [`${at}: length ${recorded.length} != ${actual.length}`];
    return recorded.flatMap((item, index) =>
      compare(item, actual[index], { at: `${at}[${index}]`, key: '', ids }),
    );
  }
  if (isObject(recorded) && isObject(actual)) return compareObject(recorded, actual, place);
  const same = recorded === actual;
  return same ? [] : [`${at}: ${JSON.stringify(recorded)} != ${JSON.stringify(actual)}`];
}

function compareText(recorded: string, actual: string, { at, key, ids }: Place): string[] {
  if (recorded === '[REDACTED]') return [];
  if (ID.test(recorded)) {
    if (!ID.test(actual)) return [`${at}: an id is expected, not ${actual}`];
    const other = ids.bind(recorded, actual);
    return other === undefined ? [] : [`${at}: the id ${recorded} was ${other}, now ${actual}`];
  }
  if (TIME.test(recorded))
    return TIME.test(actual) ? [] : [`${at}: a time is expected, not ${actual}`];
  if (key === 'status' && BUILDING.has(recorded) && BUILDING.has(actual)) return [];
  return ids.replace(recorded) === actual ? [] : [`${at}: ${recorded} != ${actual}`];
}

function compareObject(recorded: Json, actual: Json, { at, ids }: Place): string[] {
  const keys = new Set([...Object.keys(recorded), ...Object.keys(actual)]);
  return [...keys].flatMap((key) => {
    const place = { at: `${at}.${key}`, key, ids };
    const isMissing = !(key in actual);
    if (isMissing || !(key in recorded)) {
      return OPTIONAL.has(key) ? [] : [`${place.at}: ${isMissing ? 'missing' : 'unexpected'}`];
    }
    return compare(recorded[key], actual[key], place);
  });
}
