import type { Benchmark, Column, Effort, Row } from './benchmark.ts';
import { ACTION_SOURCES } from './chain-sample.ts';
import { canPin, LOAD_CORE, pinTo, SERVER_CORE } from './cores.ts';
import { decodeClaims } from './decode-claims.ts';
import type { LoadReport } from './load-run.ts';
import type { LoginApplication } from './log-in.ts';
import type { Person } from './login-page.ts';
import type { LoginOrder, LoginReport } from './logins-load.ts';
import { type PeerProcess, startPeer } from './peer-process.ts';
import { serverEnvironment } from './server-environment.ts';
import { type Summary, summarise } from './statistics.ts';
import { startTessera, type TesseraServer } from './tessera-server.ts';

const TRIGGER = { id: 'post-login', version: 'v3' };
/** What the second of the sample Actions sets, from metadata that people here do not have. */
const ACTION_CLAIM = 'https://example.com/plan';
const CONCURRENCY = 8;
/** As many as the server computes at once. */
const CONCURRENT_HASHES = 3;
const LOAD_LIMIT_MS = 120_000;
const BINDING_LIMIT_MS = 10_000;
const REDIRECT_URI = 'http://localhost/callback';

const COLUMNS: readonly Column[] = [
  { key: 'throughput', title: '8 at once', unit: 'per second' },
  { key: 'p50', title: 'one at a time, p50', unit: 'ms' },
  { key: 'p99', title: 'one at a time, p99', unit: 'ms' },
];

const PLAIN = 'Tessera, no Action';
const WITH_ACTIONS = 'Tessera, three Actions';
const HASHING = 'argon2id verification alone (3 at once)';

/** Whole logins, from the authorization request to the tokens. */
export const loginsBenchmark: Benchmark = {
  name: 'logins',
  title: 'Full logins',
  async run(effort) {
    await using server = await startTessera(serverEnvironment(effort, 'logins'));
    const application = await register(server);
    const people = await signUp(server);
    const actionIds: string[] = [];
    for (const [index, code] of ACTION_SOURCES.entries()) {
      actionIds.push(await server.deploy({ name: `action-${index + 1}`, trigger: TRIGGER, code }));
    }
    await using load = await startPeer('logins-load.ts', { prefix: pinTo(LOAD_CORE) });
    await using hashing = await startPeer('hashing-load.ts', { prefix: pinTo(SERVER_CORE) });
    const subject: Subject = { load, application, people };
    const measured = new Map<string, Turn[]>(
      [PLAIN, WITH_ACTIONS, HASHING].map((name) => [name, []]),
    );
    for (let round = 0; round < effort.rounds; round++) {
      await switchActions(subject, true, () => server.bind(TRIGGER.id, actionIds));
      measured.get(WITH_ACTIONS)?.push(await measureLogins(subject, effort));
      await switchActions(subject, false, () => server.bind(TRIGGER.id, []));
      measured.get(PLAIN)?.push(await measureLogins(subject, effort));
      measured.get(HASHING)?.push(await measureHashing(hashing, effort));
    }
    return {
      tables: [{ title: 'Logins', columns: COLUMNS, rows: [...measured].map(toRow) }],
      targets: [],
      notes: [
        canPin
          ? 'The server ran on core 0 with its PostgreSQL and its sandbox, the load on core 1; one core is what password hashing had, too.'
          : 'Server and load shared all cores: this machine cannot keep a process to one.',
        'A login is an authorization request with PKCE, the login page, the password, the redirects after it, and the code exchange, by a client that runs no scripts.',
      ],
    };
  },
};

interface Subject {
  readonly load: PeerProcess<unknown>;
  readonly application: LoginApplication;
  readonly people: readonly Person[];
}

interface Turn {
  readonly throughput: number;
  readonly p50: number;
  readonly p99: number;
}

async function register(server: TesseraServer): Promise<LoginApplication> {
  const created = await server.manage<{ client_id: string; client_secret: string }>(
    'POST',
    'clients',
    {
      name: 'Load',
      app_type: 'regular_web',
      callbacks: [REDIRECT_URI],
      token_endpoint_auth_method: 'client_secret_post',
    },
  );
  return {
    url: server.url,
    clientId: created.client_id,
    clientSecret: created.client_secret,
    redirectUri: REDIRECT_URI,
  };
}

/** One person for each caller. */
async function signUp(server: TesseraServer): Promise<readonly Person[]> {
  const people = Array.from({ length: CONCURRENCY }, (_, number) => ({
    email: `person-${number}@example.com`,
    password: `correct horse battery staple ${number}`,
  }));
  for (const person of people) {
    await server.manage('POST', 'users', {
      connection: 'Username-Password-Authentication',
      ...person,
    });
  }
  return people;
}

/** Changes whether Actions run and waits until tokens show it. */
async function switchActions(
  subject: Subject,
  areWanted: boolean,
  switchOn: () => Promise<void>,
): Promise<void> {
  await switchOn();
  const until = performance.now() + BINDING_LIMIT_MS;
  for (;;) {
    const { idToken } = await requestLogins(subject, 1, 0.01);
    if (ACTION_CLAIM in decodeClaims(idToken) === areWanted) return;
    if (performance.now() > until) throw new Error('the change of the bindings had no effect');
  }
}

function requestLogins(
  subject: Subject,
  concurrency: number,
  seconds: number,
): Promise<LoginReport> {
  const { load, application, people } = subject;
  const order: LoginOrder = { application, people, concurrency, seconds };
  return load.request<LoginReport>(order, LOAD_LIMIT_MS);
}

async function measureLogins(subject: Subject, { quick }: Effort): Promise<Turn> {
  await requestLogins(subject, CONCURRENCY, quick ? 0.3 : 1);
  const { perSecond } = await requestLogins(subject, CONCURRENCY, quick ? 1.5 : 4);
  const { p50Ms, p99Ms } = await requestLogins(subject, 1, quick ? 1 : 3);
  return { throughput: perSecond, p50: p50Ms, p99: p99Ms };
}

async function measureHashing(hashing: PeerProcess<unknown>, { quick }: Effort): Promise<Turn> {
  const run = (concurrency: number): Promise<LoadReport> =>
    hashing.request<LoadReport>({ concurrency, seconds: quick ? 0.5 : 1 }, LOAD_LIMIT_MS);
  const { perSecond } = await run(CONCURRENT_HASHES);
  const { p50Ms, p99Ms } = await run(1);
  return { throughput: perSecond, p50: p50Ms, p99: p99Ms };
}

function toRow([name, turns]: [string, readonly Turn[]]): Row {
  const cell = (key: keyof Turn): Summary => summarise(turns.map((turn) => turn[key]));
  return {
    name,
    role: name === PLAIN ? 'subject' : 'context',
    cells: { throughput: cell('throughput'), p50: cell('p50'), p99: cell('p99') },
  };
}
