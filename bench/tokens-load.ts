// Asks for tokens as fast as they come. A process of its own, so that it does not slow the server down.
import { createHttpClient } from './http-client.ts';
import { type LoadOrder, type LoadReport, runLoad } from './load-run.ts';
import { answerRequests, endWithParent, say } from './peer-side.ts';

/** A token endpoint and what to send it. */
export interface TokenOrder extends LoadOrder {
  readonly url: string;
  readonly body: string;
}

export interface TokenReport extends LoadReport {
  /** The last token. */
  readonly token: string;
}

const MAX_CONNECTIONS = 32;

const client = createHttpClient(MAX_CONNECTIONS);
const headers = { 'content-type': 'application/json' };

async function load({ url, body, ...order }: TokenOrder): Promise<TokenReport> {
  let token = '';
  const report = await runLoad(order, async () => {
    const answer = await client.send({ method: 'POST', url, headers, body });
    if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}: ${answer.body}`);
    token = (JSON.parse(answer.body) as { access_token: string }).access_token;
  });
  return { ...report, token };
}

answerRequests(load);
endWithParent(async () => client.close());
say({ waiting: true });
