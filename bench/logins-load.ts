// Logs people in as fast as the server lets them. A process of its own, so that it does not slow the
// server down.
import { createHttpClient } from './http-client.ts';
import { type LoadOrder, type LoadReport, runLoad } from './load-run.ts';
import { type LoginApplication, logIn } from './log-in.ts';
import type { Person } from './login-page.ts';
import { answerRequests, endWithParent, say } from './peer-side.ts';

/** Callers log in as people of their own: the first caller is the first person. */
export interface LoginOrder extends LoadOrder {
  readonly application: LoginApplication;
  readonly people: readonly Person[];
}

export interface LoginReport extends LoadReport {
  /** The last ID token. */
  readonly idToken: string;
}

const MAX_CONNECTIONS = 64;

const client = createHttpClient(MAX_CONNECTIONS);

async function load({ application, people, ...order }: LoginOrder): Promise<LoginReport> {
  let idToken = '';
  const report = await runLoad(order, async (caller) => {
    const person = people[caller];
    if (person === undefined) throw new Error(`nobody for caller ${caller}`);
    idToken = await logIn(client, application, person);
  });
  return { ...report, idToken };
}

answerRequests(load);
endWithParent(async () => client.close());
say({ waiting: true });
