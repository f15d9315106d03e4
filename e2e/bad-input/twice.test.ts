import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { credentialsOf, LoginFlows } from '../login-flows.ts';
import { CALLBACK, hiddenOf, PASSWORD, Visitor } from '../visitor.ts';

/** Requests of one person who clicks again, or of a program that retries: sent at once, and once more after. */
const TIMES = 4;

describe('what is sent twice', () => {
  let flows: LoginFlows;

  beforeAll(async () => {
    flows = await LoginFlows.open();
  });
  afterAll(async () => {
    await flows?.[Symbol.asyncDispose]();
  });

  async function repeat<T>(act: () => Promise<T>): Promise<readonly T[]> {
    const atOnce = await Promise.all(Array.from({ length: TIMES }, act));
    return [...atOnce, await act()];
  }

  async function usersOf(email: string) {
    return await flows.server.management.ok('GET', `users-by-email?email=${email}`);
  }

  /** Entries of the tenant log of one type that have this text in them. */
  async function entriesOf(type: string, text: string): Promise<number> {
    const entries = await flows.server.management.ok('GET', 'logs?per_page=100&sort=date:-1');
    return entries.filter(
      (entry: { type: string }) => entry.type === type && JSON.stringify(entry).includes(text),
    ).length;
  }

  async function openForm(
    path: string,
  ): Promise<{ visitor: Visitor; form: Record<string, string> }> {
    const visitor = new Visitor(flows.server);
    const query = new URLSearchParams({
      client_id: flows.web.client_id,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'openid offline_access',
    });
    const { to } = await visitor.open(`/authorize?${query}`);
    const state = new URL(to ?? '', flows.server.url).searchParams.get('state');
    const { text } = await visitor.open(`${path}?state=${state}`);
    return { visitor, form: hiddenOf(text) };
  }

  test('POST /dbconnections/signup makes one user', async () => {
    const { email } = flows.newPerson();
    const answers = await repeat(async () => {
      const answer = await flows.server.fetch(`${flows.server.url}/dbconnections/signup`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          client_id: flows.web.client_id,
          connection: flows.connection,
          email,
          password: PASSWORD,
        }),
      });
      return answer.status;
    });
    expect(answers.filter((status) => status === 200)).toHaveLength(1);
    expect(answers.filter((status) => status === 400)).toHaveLength(TIMES);
    expect(await usersOf(email)).toHaveLength(1);
    expect(await entriesOf('ss', email)).toBe(1);
  });

  test('the sign-up form makes one user, and lets that one in', async () => {
    const { email } = flows.newPerson();
    const { visitor, form } = await openForm('/u/signup');
    const answers = await repeat(() =>
      visitor.open('/u/signup', { ...form, email, password: PASSWORD }),
    );
    expect(answers.every(({ status }) => status < 500)).toBe(true);
    expect(answers.filter(({ to }) => to !== null).length).toBeGreaterThanOrEqual(1);
    expect(await usersOf(email)).toHaveLength(1);
    expect(await entriesOf('ss', email)).toBe(1);
  });

  test('the login form leads on once; its code is good once', async () => {
    const person = await flows.addPerson();
    const { visitor, form } = await openForm('/u/login');
    const filled = { ...form, identifier: person.email, password: PASSWORD };
    const answers = await repeat(() => visitor.open('/u/login', filled));
    const ways = new Set(answers.map(({ to }) => to).filter((to) => to !== null));
    expect(ways.size).toBe(1);
    const [way = ''] = ways;
    const resumed = await Promise.all(Array.from({ length: TIMES }, () => visitor.open(way)));
    const codes = resumed.map(({ to }) => to).filter((to) => to?.includes('code='));
    expect(codes).toHaveLength(1);
    const code = new URL(codes[0] ?? '').searchParams.get('code') ?? '';
    const exchanges = await repeat(() =>
      flows.token({
        grant_type: 'authorization_code',
        ...credentialsOf(flows.web),
        code,
        redirect_uri: CALLBACK,
      }),
    );
    expect(exchanges.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
  });

  test('consent is asked and noted once', async () => {
    const person = await flows.addPerson();
    const { client_id } = await flows.server.management.ok('POST', 'clients', {
      name: 'Somebody else’s',
      app_type: 'regular_web',
      is_first_party: false,
      callbacks: [CALLBACK],
    });
    const visitor = new Visitor(flows.server);
    const query = new URLSearchParams({
      client_id,
      redirect_uri: CALLBACK,
      response_type: 'code',
      scope: 'openid email',
    });
    const login = await visitor.open(`/authorize?${query}`);
    const { text } = await visitor.open(login.to ?? '');
    let next = await visitor.open('/u/login', {
      ...hiddenOf(text),
      identifier: person.email,
      password: PASSWORD,
    });
    while (!next.to?.startsWith('/u/consent')) next = await visitor.open(next.to ?? '');
    const path = next.to;
    const page = await visitor.open(path);
    const form = { ...hiddenOf(page.text), decision: 'accept' };
    const answers = await repeat(() => visitor.open(path, form));
    expect(answers.every(({ status }) => status < 500)).toBe(true);
    const ways = new Set(answers.map(({ to }) => to).filter((to) => to !== null));
    expect(ways.size).toBe(1);
    const callback = await visitor.open([...ways][0] ?? '');
    expect(callback.to).toContain('code=');
    expect((await visitor.open(`/authorize?${query}`)).to).toContain('code=');
  });
});
