import { lookup } from 'node:dns/promises';

/**
 * The machine's resolver works on the same few threads as password hashing and files. Two of four at
 * most are lent to Actions, so that names which never answer cannot hold up a login.
 */
const MAX_LOOKUPS = 2;
/** Waiting lookups of one tenant. */
const MAX_WAITING = 64;
/** How long an answer is used again: long enough for the requests of one run, short enough for failovers. */
const KEEP_MS = 5_000;
const MAX_KEPT = 1_000;

interface Question {
  readonly host: string;
  readonly resolve: (addresses: readonly string[]) => void;
  readonly reject: (error: Error) => void;
}

interface Answer {
  readonly addresses: readonly string[];
  readonly until: number;
}

export type Lookup = (host: string) => Promise<readonly string[]>;

/** Asks the machine's resolver for tenants in turn, a few names at once. */
export class LookupQueue {
  readonly #lookup: Lookup;
  /** Tenants that wait, the next one first. */
  readonly #waiting = new Map<string, Question[]>();
  readonly #answers = new Map<string, Answer>();
  #underWay = 0;

  constructor(ask: Lookup = askMachine) {
    this.#lookup = ask;
  }

  /** Rejects as the resolver does, and with `EAI_AGAIN` when the tenant asks for too much at once. */
  resolve(tenantId: string, host: string): Promise<readonly string[]> {
    const known = this.#answers.get(host);
    if (known !== undefined && known.until > performance.now())
      return Promise.resolve(known.addresses);
    return new Promise((resolve, reject) => {
      const questions = this.#waiting.get(tenantId) ?? [];
      if (questions.length >= MAX_WAITING) {
        reject(Object.assign(new Error('Too many lookups at once'), { code: 'EAI_AGAIN' }));
        return;
      }
      questions.push({ host, resolve, reject });
      this.#waiting.set(tenantId, questions);
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#underWay < MAX_LOOKUPS) {
      const [tenantId, questions] = this.#waiting.entries().next().value ?? [];
      if (tenantId === undefined || questions === undefined) return;
      const question = questions.shift();
      // To the end of the line, so that every tenant has its turn.
      this.#waiting.delete(tenantId);
      if (questions.length > 0) this.#waiting.set(tenantId, questions);
      if (question !== undefined) void this.#ask(question);
    }
  }

  async #ask({ host, resolve, reject }: Question): Promise<void> {
    this.#underWay += 1;
    try {
      const addresses = await this.#lookup(host);
      this.#keep(host, addresses);
      resolve(addresses);
    } catch (error) {
      reject(error as Error);
    } finally {
      this.#underWay -= 1;
      this.#pump();
    }
  }

  #keep(host: string, addresses: readonly string[]): void {
    this.#answers.delete(host);
    this.#answers.set(host, { addresses, until: performance.now() + KEEP_MS });
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > MAX_KEPT && oldest !== undefined) this.#answers.delete(oldest);
  }
}

async function askMachine(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true });
  return found.map((entry) => entry.address);
}
