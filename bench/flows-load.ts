// Goes through one flow of the protocol as fast as the server lets it. A process of its own, so that it
// does not slow the server down.
import { createHttpClient } from './http-client.ts';
import { type LoadOrder, type LoadReport, runLoad } from './load-run.ts';
import { authorize, type Code, exchange, type LoginApplication, requestTokens } from './log-in.ts';
import type { Person } from './login-page.ts';
import { answerRequests, endWithParent, say } from './peer-side.ts';
import { percentile } from './statistics.ts';

/** What is measured of a server. */
export type Flow =
  | 'client credentials'
  | 'silent login'
  | 'code exchange'
  | 'refresh'
  | 'full login'
  | 'signup'
  | 'reset request';

/** Callers are people of their own: the first caller is the first person. */
export interface FlowOrder extends LoadOrder {
  readonly flow: Flow;
  readonly application: LoginApplication;
  /** A machine client of the same server. */
  readonly machine: LoginApplication;
  readonly people: readonly Person[];
  /** Of sign-ups and resets. */
  readonly connection?: string;
}

const MAX_CONNECTIONS = 64;
/** Codes that are fetched before their exchange is measured; they are good for a minute. */
const CODES_AT_ONCE = 60;

const client = createHttpClient(MAX_CONNECTIONS);
/** Logins of people, by server and person: a browser that stays. */
const browsers = new Map<string, Map<string, string>>();
let signedUp = 0;
let addresses = 0;

type Work = (caller: number) => Promise<void>;

async function load(order: FlowOrder): Promise<LoadReport> {
  if (order.flow === 'code exchange') return await measureExchanges(order);
  return await runLoad(order, await prepare(order));
}

async function prepare(order: FlowOrder): Promise<Work> {
  const { application, machine, flow } = order;
  switch (flow) {
    case 'client credentials': {
      const { audience = '' } = machine;
      const parameters = { grant_type: 'client_credentials', audience };
      return async () => void (await requestTokens(client, machine, parameters));
    }
    case 'silent login': {
      const at = await Promise.all(order.people.map((person) => browserOf(application, person)));
      return async (caller) =>
        void (await authorize(client, application, {
          person: of(order, caller),
          cookies: get(at, caller),
        }));
    }
    case 'full login':
      return async (caller) => {
        const browser = { person: of(order, caller), cookies: new Map<string, string>() };
        await exchange(client, application, await authorize(client, application, browser));
      };
    case 'refresh': {
      const tokens = await Promise.all(
        order.people.map((person) => refreshTokenOf(application, person)),
      );
      return async (caller) => {
        const refresh_token = get(tokens, caller);
        const answer = await requestTokens(client, application, {
          grant_type: 'refresh_token',
          refresh_token,
        });
        tokens[caller] = answer.refresh_token ?? refresh_token;
      };
    }
    case 'signup':
      return () => signUp(order);
    case 'reset request':
      return (caller) => requestReset(order, of(order, caller));
    case 'code exchange':
      throw new Error('exchanges are measured by number');
  }
}

/** The cookies of a browser in which the person is logged in. */
async function browserOf(
  application: LoginApplication,
  person: Person,
): Promise<Map<string, string>> {
  const key = `${application.url} ${person.email}`;
  const known = browsers.get(key);
  if (known !== undefined) return known;
  const cookies = new Map<string, string>();
  await authorize(client, application, { person, cookies });
  browsers.set(key, cookies);
  return cookies;
}

async function refreshTokenOf(application: LoginApplication, person: Person): Promise<string> {
  const cookies = await browserOf(application, person);
  const code = await authorize(client, application, { person, cookies });
  const { refresh_token } = await exchange(client, application, code);
  if (refresh_token === undefined) throw new Error('the login brought no refresh token');
  return refresh_token;
}

/** Fetches codes, then exchanges them; only that is timed. */
async function measureExchanges(order: FlowOrder): Promise<LoadReport> {
  const { application, concurrency, seconds } = order;
  const samples: number[] = [];
  let elapsedMs = 0;
  while (elapsedMs < seconds * 1000) {
    const codes: Code[] = [];
    await inTurns(concurrency, CODES_AT_ONCE, async (caller) => {
      const person = of(order, caller);
      const cookies = await browserOf(application, person);
      codes.push(await authorize(client, application, { person, cookies }));
    });
    const start = performance.now();
    await inTurns(concurrency, codes.length, async () => {
      const before = performance.now();
      const code = codes.pop();
      if (code !== undefined) await exchange(client, application, code);
      samples.push(performance.now() - before);
    });
    elapsedMs += performance.now() - start;
  }
  return {
    perSecond: samples.length / (elapsedMs / 1000),
    p50Ms: percentile(samples, 0.5),
    p99Ms: percentile(samples, 0.99),
  };
}

async function inTurns(callers: number, times: number, work: Work): Promise<void> {
  let left = times;
  const call = async (caller: number): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await work(caller);
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
}

async function signUp({ application, connection }: FlowOrder): Promise<void> {
  signedUp += 1;
  await post(application, '/dbconnections/signup', {
    client_id: application.clientId,
    connection,
    email: `signup-${process.pid}-${signedUp}@example.com`,
    password: `correct horse battery staple ${signedUp}`,
  });
}

async function requestReset(
  { application, connection }: FlowOrder,
  { email }: Person,
): Promise<void> {
  await post(application, '/dbconnections/change_password', {
    client_id: application.clientId,
    connection,
    email,
  });
}

/** As from another address each time: limits count by address, and are not what is measured. */
async function post({ url }: LoginApplication, path: string, body: object): Promise<void> {
  addresses += 1;
  const address = [10, addresses >> 16, addresses >> 8, addresses].map((part) => part & 255);
  const answer = await client.send({
    method: 'POST',
    url: url + path,
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address.join('.') },
    body: JSON.stringify(body),
  });
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${answer.body}`);
}

function of({ people }: FlowOrder, caller: number): Person {
  return get(people, caller);
}

function get<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new Error(`nothing for caller ${index}`);
  return value;
}

answerRequests(load);
endWithParent(async () => client.close());
say({ waiting: true });
