import type { Benchmark, Column, Effort, Row } from './benchmark.ts';
import { CLIENT_CREDENTIALS_SOURCE } from './chain-sample.ts';
import { canPin, LOAD_CORE, pinTo, SERVER_CORE } from './cores.ts';
import { decodeClaims } from './decode-claims.ts';
import { type PeerProcess, startPeer } from './peer-process.ts';
import { serverEnvironment } from './server-environment.ts';
import { summarise } from './statistics.ts';
import { ratioTarget } from './targets.ts';
import { startTessera, type TesseraServer } from './tessera-server.ts';
import type { TokenOrder, TokenReport } from './tokens-load.ts';

const AUDIENCE = 'https://bench.example.com/';
const TRIGGER = { id: 'credentials-exchange', version: 'v2' };
const ACTION_CLAIM = 'https://example.com/client';
const CONCURRENCY = 32;
const LOAD_LIMIT_MS = 60_000;
/** A binding is in force at the next token, or after a message of the database at the latest. */
const BINDING_LIMIT_MS = 10_000;

const COLUMNS: readonly Column[] = [
  { key: 'throughput', title: '32 at once', unit: 'per second' },
  { key: 'p50', title: 'one at a time, p50', unit: 'ms' },
  { key: 'p99', title: 'one at a time, p99', unit: 'ms' },
];

const PLAIN = 'Tessera, no Action';
const WITH_ACTION = 'Tessera, one Action';
const BARE = 'bare route that only signs';

interface Measured {
  readonly throughput: number[];
  readonly p50: number[];
  readonly p99: number[];
}

/** Client-credentials tokens over HTTP, beside a route that does nothing but sign. */
export const tokensBenchmark: Benchmark = {
  name: 'tokens',
  title: 'Client-credentials tokens, RS256',
  async run(effort) {
    await using server = await startTessera(serverEnvironment(effort, 'tokens'));
    const credentials = await register(server);
    const actionId = await server.deploy({
      name: 'one claim',
      trigger: TRIGGER,
      code: CLIENT_CREDENTIALS_SOURCE,
    });
    await using load = await startPeer('tokens-load.ts', { prefix: pinTo(LOAD_CORE) });
    const url = `${server.url}/oauth/token`;
    const body = JSON.stringify({
      ...credentials,
      grant_type: 'client_credentials',
      audience: AUDIENCE,
    });
    const subject = { url, body };
    const claims = await switchAction(load, subject, { isWanted: true, switchOn: async () => {} });
    await using bare = await startPeer<{ port: number }>('peers/signing-server.mjs', {
      prefix: pinTo(SERVER_CORE),
      args: [JSON.stringify(claims)],
    });
    const bareTarget = { url: `http://127.0.0.1:${bare.ready.port}/oauth/token`, body };
    const measured = new Map<string, Measured>();
    const take = async (name: string, target: Target): Promise<void> => {
      const turn = await measureTurn(load, target, effort);
      const series = measured.get(name) ?? { throughput: [], p50: [], p99: [] };
      for (const key of ['throughput', 'p50', 'p99'] as const) series[key].push(turn[key]);
      measured.set(name, series);
    };
    for (let round = 0; round < effort.rounds; round++) {
      await take(WITH_ACTION, subject);
      await take(BARE, bareTarget);
      const unbind = (): Promise<void> => server.bind(TRIGGER.id, []);
      await switchAction(load, subject, { isWanted: false, switchOn: unbind });
      await take(PLAIN, subject);
      const bind = (): Promise<void> => server.bind(TRIGGER.id, [actionId]);
      await switchAction(load, subject, { isWanted: true, switchOn: bind });
    }
    return {
      tables: [
        {
          title: 'Tokens',
          columns: COLUMNS,
          rows: [PLAIN, WITH_ACTION, BARE].map(toRow(measured)),
        },
      ],
      targets: [
        ratioTarget(
          'tokens without an Action ÷ bare signing route',
          {
            above: measured.get(PLAIN)?.throughput ?? [],
            below: measured.get(BARE)?.throughput ?? [],
          },
          { atLeast: 0.6 },
        ),
      ],
      notes: [
        canPin
          ? 'Each server ran on core 0 with everything it starts (for Tessera: its PostgreSQL and its sandbox), the load on core 1.'
          : 'Servers and load shared all cores: this machine cannot keep a process to one.',
      ],
    };
  },
};

type Target = Pick<TokenOrder, 'url' | 'body'>;

/** Registers an API and a machine client that may have its tokens. */
async function register(
  server: TesseraServer,
): Promise<{ client_id: string; client_secret: string }> {
  await server.manage('POST', 'resource-servers', {
    name: 'Benchmark',
    identifier: AUDIENCE,
    signing_alg: 'RS256',
  });
  const { client_id, client_secret } = await server.manage<{
    client_id: string;
    client_secret: string;
  }>('POST', 'clients', {
    name: 'Load',
    app_type: 'non_interactive',
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_post',
  });
  await server.manage('POST', 'client-grants', { client_id, audience: AUDIENCE, scope: [] });
  return { client_id, client_secret };
}

interface Switch {
  readonly isWanted: boolean;
  readonly switchOn: () => Promise<void>;
}

/** Changes whether the Action runs and waits until tokens show it. Returns the claims of such a token. */
async function switchAction(
  load: PeerProcess<unknown>,
  target: Target,
  { isWanted, switchOn }: Switch,
): Promise<Readonly<Record<string, unknown>>> {
  await switchOn();
  const until = performance.now() + BINDING_LIMIT_MS;
  for (;;) {
    const order: TokenOrder = { ...target, concurrency: 1, seconds: 0.02 };
    const claims = decodeClaims((await load.request<TokenReport>(order, LOAD_LIMIT_MS)).token);
    if (ACTION_CLAIM in claims === isWanted) return claims;
    if (performance.now() > until) throw new Error('the change of the bindings had no effect');
  }
}

async function measureTurn(
  load: PeerProcess<unknown>,
  target: Target,
  { quick }: Effort,
): Promise<Record<'throughput' | 'p50' | 'p99', number>> {
  const run = (concurrency: number, seconds: number): Promise<TokenReport> =>
    load.request<TokenReport>({ ...target, concurrency, seconds }, LOAD_LIMIT_MS);
  await run(CONCURRENCY, quick ? 0.2 : 0.5);
  const { perSecond } = await run(CONCURRENCY, quick ? 1 : 3);
  const { p50Ms, p99Ms } = await run(1, quick ? 0.5 : 1);
  return { throughput: perSecond, p50: p50Ms, p99: p99Ms };
}

function toRow(measured: ReadonlyMap<string, Measured>): (name: string) => Row {
  return (name) => {
    const { throughput = [], p50 = [], p99 = [] } = measured.get(name) ?? {};
    return {
      name,
      role: name === PLAIN ? 'subject' : name === BARE ? 'floor' : 'context',
      cells: { throughput: summarise(throughput), p50: summarise(p50), p99: summarise(p99) },
    };
  };
}
