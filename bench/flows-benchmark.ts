import type { Benchmark, Column, Effort, Row, Table, Target } from './benchmark.ts';
import { ACTION_SOURCES } from './chain-sample.ts';
import { canPin, LOAD_CORE, pinTo, SERVER_CORE } from './cores.ts';
import type { Flow, FlowOrder } from './flows-load.ts';
import type { LoadReport } from './load-run.ts';
import type { LoginApplication } from './log-in.ts';
import type { Person } from './login-page.ts';
import { type PeerProcess, startPeer } from './peer-process.ts';
import { serverEnvironment } from './server-environment.ts';
import { summarise } from './statistics.ts';
import { ratioTarget } from './targets.ts';
import { startTessera, type TesseraServer } from './tessera-server.ts';

const AUDIENCE = 'https://bench.example.com/';
const REDIRECT_URI = 'http://localhost/callback';
const SCOPE = 'openid profile email offline_access';
const CONNECTION = 'Username-Password-Authentication';
const TRIGGER = { id: 'post-login', version: 'v3' };
const CONCURRENCY = 8;
const LOAD_LIMIT_MS = 180_000;
/** A login is slowed by its password: as many as this are hashed at once. */
const CONCURRENT_HASHES = 3;

/** What is compared: no password is hashed on the way. */
const COMPARED: readonly Flow[] = [
  'client credentials',
  'silent login',
  'code exchange',
  'refresh',
];
/** What oidc-provider has not got, or has without a password. */
const OWN: readonly Flow[] = ['full login', 'signup', 'reset request'];

const TESSERA = 'Tessera';
const WITH_ACTIONS = 'Tessera, three Actions';
const BARE = 'bare oidc-provider, in memory';
const HASHING = 'argon2id verification alone (3 at once)';
const WITHOUT_HASHING = 'Tessera, without its hashing (computed)';

const COLUMNS: readonly Column[] = [
  { key: 'throughput', title: '8 at once', unit: 'per second' },
  { key: 'p50', title: 'one at a time, p50', unit: 'ms' },
  { key: 'p99', title: 'one at a time, p99', unit: 'ms' },
];

interface Turn {
  readonly throughput: number;
  readonly p50: number;
  readonly p99: number;
}

/** Where the applications of one server are. */
type Place = Pick<FlowOrder, 'application' | 'machine' | 'people' | 'connection'>;

/** The flows of the protocol, beside oidc-provider without storage, people's data, logs and Actions. */
export const flowsBenchmark: Benchmark = {
  name: 'flows',
  title: 'Flows of the protocol',
  async run(effort) {
    const env = { ...serverEnvironment(effort, 'flows'), TESSERA_TRUST_PROXY: '127.0.0.1,::1' };
    await using server = await startTessera(env);
    const ours = await register(server);
    const actionIds: string[] = [];
    for (const [index, code] of ACTION_SOURCES.entries()) {
      actionIds.push(await server.deploy({ name: `action-${index + 1}`, trigger: TRIGGER, code }));
    }
    const bare = { audience: AUDIENCE, redirectUri: REDIRECT_URI };
    await using peer = await startPeer<{ url: string; secret: string }>('peers/bare-provider.mjs', {
      prefix: pinTo(SERVER_CORE),
      args: [JSON.stringify(bare)],
    });
    const theirs = placeAt(peer.ready);
    await using load = await startPeer('flows-load.ts', { prefix: pinTo(LOAD_CORE) });
    await using hashing = await startPeer('hashing-load.ts', { prefix: pinTo(SERVER_CORE) });
    for (const flow of COMPARED) {
      for (const place of [theirs, ours]) await warmUp(load, { flow, ...place }, effort);
    }
    const measured = new Measurements();
    for (let round = 0; round < effort.rounds; round++) {
      for (const flow of COMPARED) {
        measured.add(flow, BARE, await measure(load, { flow, ...theirs }, effort));
        measured.add(flow, TESSERA, await measure(load, { flow, ...ours }, effort));
      }
      for (const flow of OWN) {
        measured.add(flow, TESSERA, await measure(load, { flow, ...ours }, effort));
      }
      measured.add(
        'full login',
        BARE,
        await measure(load, { flow: 'full login', ...theirs }, effort),
      );
      measured.add('full login', HASHING, await measureHashing(hashing, effort));
      await server.bind(TRIGGER.id, actionIds);
      for (const flow of ['full login', 'silent login', 'refresh'] as const) {
        measured.add(flow, WITH_ACTIONS, await measure(load, { flow, ...ours }, effort));
      }
      await server.bind(TRIGGER.id, []);
    }
    return {
      tables: [...COMPARED, ...OWN].map((flow) => measured.table(flow)),
      targets: COMPARED.map((flow) => measured.target(flow)),
      notes: [
        canPin
          ? 'Each server ran on core 0 with everything it starts (for Tessera: its PostgreSQL and its sandbox), the load on core 1.'
          : 'Servers and load shared all cores: this machine cannot keep a process to one.',
        'Both ran each flow for a while before the first round (20 s; 2 s in a quick run).',
        'The peer stores nothing: it forgets at its end. Tessera has written what it answers to its database, the tenant log included.',
        'Refresh and exchange sign twice, an access token and an ID token, RS256 with 2048 bits; refresh tokens rotate.',
        'A full login of the peer looks at no password. The computed line is what one core has left for a login when the verification of its password is taken off.',
      ],
    };
  },
};

async function register(server: TesseraServer): Promise<Place> {
  await server.manage('POST', 'resource-servers', {
    name: 'Benchmark',
    identifier: AUDIENCE,
    signing_alg: 'RS256',
    allow_offline_access: true,
  });
  const web = await server.manage<Registered>('POST', 'clients', {
    name: 'Load',
    app_type: 'regular_web',
    callbacks: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'client_secret_post',
    refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 0 },
  });
  const machine = await server.manage<Registered>('POST', 'clients', {
    name: 'Machine',
    app_type: 'non_interactive',
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_post',
  });
  const grant = { client_id: machine.client_id, audience: AUDIENCE, scope: [] };
  await server.manage('POST', 'client-grants', grant);
  for (const protection of ['brute-force-protection', 'suspicious-ip-throttling']) {
    await server.manage('PATCH', `attack-protection/${protection}`, { enabled: false });
  }
  const people = createPeople();
  for (const person of people) {
    await server.manage('POST', 'users', { connection: CONNECTION, ...person });
  }
  const { url } = server;
  return {
    application: toApplication(url, { id: web.client_id, secret: web.client_secret }),
    machine: toApplication(url, { id: machine.client_id, secret: machine.client_secret }),
    people,
    connection: CONNECTION,
  };
}

interface Registered {
  readonly client_id: string;
  readonly client_secret: string;
}

/** One person for each caller. */
function createPeople(): readonly Person[] {
  return Array.from({ length: CONCURRENCY }, (_, number) => ({
    email: `person-${number}@example.com`,
    password: `correct horse battery staple ${number}`,
  }));
}

function toApplication(
  url: string,
  { id, secret }: { readonly id: string; readonly secret: string },
): LoginApplication {
  const registered = { clientId: id, clientSecret: secret, redirectUri: REDIRECT_URI };
  return { url, ...registered, scope: SCOPE, audience: AUDIENCE };
}

function placeAt({ url, secret }: { readonly url: string; readonly secret: string }): Place {
  return {
    application: toApplication(url, { id: 'web', secret }),
    machine: toApplication(url, { id: 'machine', secret }),
    people: createPeople(),
  };
}

/**
 * A server runs for weeks; V8 compiles what is hot within its first ten thousands of requests, and the smaller
 * peer comes to that sooner.
 */
async function warmUp(
  load: PeerProcess<unknown>,
  subject: Omit<FlowOrder, 'concurrency' | 'seconds'>,
  { quick }: Effort,
): Promise<void> {
  const seconds = quick ? 2 : 20;
  await load.request({ ...subject, concurrency: CONCURRENCY, seconds }, LOAD_LIMIT_MS);
}

async function measure(
  load: PeerProcess<unknown>,
  subject: Omit<FlowOrder, 'concurrency' | 'seconds'>,
  { quick }: Effort,
): Promise<Turn> {
  const run = (concurrency: number, seconds: number): Promise<LoadReport> =>
    load.request<LoadReport>({ ...subject, concurrency, seconds } as FlowOrder, LOAD_LIMIT_MS);
  await run(CONCURRENCY, quick ? 0.3 : 0.7);
  const { perSecond } = await run(CONCURRENCY, quick ? 1 : 3);
  const { p50Ms, p99Ms } = await run(1, quick ? 0.4 : 1);
  return { throughput: perSecond, p50: p50Ms, p99: p99Ms };
}

async function measureHashing(hashing: PeerProcess<unknown>, { quick }: Effort): Promise<Turn> {
  const run = (concurrency: number): Promise<LoadReport> =>
    hashing.request<LoadReport>({ concurrency, seconds: quick ? 0.5 : 1 }, LOAD_LIMIT_MS);
  const { perSecond } = await run(CONCURRENT_HASHES);
  const { p50Ms, p99Ms } = await run(1);
  return { throughput: perSecond, p50: p50Ms, p99: p99Ms };
}

/** Turns of every contender, by flow. */
class Measurements {
  readonly #turns = new Map<string, Turn[]>();

  add(flow: Flow, contender: string, turn: Turn): void {
    const key = `${flow}/${contender}`;
    this.#turns.set(key, [...(this.#turns.get(key) ?? []), turn]);
  }

  table(flow: Flow): Table {
    const names = [TESSERA, WITH_ACTIONS, BARE, HASHING];
    const rows = names.flatMap((name) => this.#row(flow, name));
    return { title: flow, columns: COLUMNS, rows: [...rows, ...this.#computed(flow)] };
  }

  /** At least 0.7 of what oidc-provider does that keeps nothing. */
  target(flow: Flow): Target {
    const series = (name: string) => this.#of(flow, name).map(({ throughput }) => throughput);
    return ratioTarget(
      `${flow} ÷ bare oidc-provider`,
      { above: series(TESSERA), below: series(BARE) },
      { atLeast: 0.7 },
    );
  }

  #of(flow: Flow, contender: string): readonly Turn[] {
    return this.#turns.get(`${flow}/${contender}`) ?? [];
  }

  #row(flow: Flow, name: string): readonly Row[] {
    const turns = this.#of(flow, name);
    if (turns.length === 0) return [];
    const cell = (key: keyof Turn) => summarise(turns.map((turn) => turn[key]));
    const role = name === TESSERA ? 'subject' : name === BARE ? 'peer' : 'context';
    return [
      { name, role, cells: { throughput: cell('throughput'), p50: cell('p50'), p99: cell('p99') } },
    ];
  }

  /** One core does both, so that the times of a login and of its hashing add up. */
  #computed(flow: Flow): readonly Row[] {
    const hashes = this.#of(flow, HASHING);
    const rest = this.#of(flow, TESSERA).flatMap(({ throughput }, round) => {
      const hash = hashes[round]?.throughput;
      const secondsLeft = hash === undefined ? 0 : 1 / throughput - 1 / hash;
      return secondsLeft > 0 ? [1 / secondsLeft] : [];
    });
    if (rest.length === 0) return [];
    return [{ name: WITHOUT_HASHING, role: 'context', cells: { throughput: summarise(rest) } }];
  }
}
