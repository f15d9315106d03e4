import { describe, expect, test } from 'vitest';
import { Browser } from './support/browser.ts';
import { startOidcPerFile } from './support/effects.ts';
import { user } from './support/entities.ts';
import { authorization, callbackParams, submitLogin } from './support/flows.ts';

const flow = startOidcPerFile('authentication_methods');

/** Logs in as the login page says; returns what the application gets. */
async function logInWith(browser: Browser, userId: string, how: Record<string, string>) {
  const request = authorization(flow.main, { clientId: 'rotating', params: { prompt: 'login' } });
  const { location } = await browser.get(request.url);
  for (const [name, value] of Object.entries(how)) location?.searchParams.set(name, value);
  const submitted = await submitLogin(browser, location, userId);
  return callbackParams(await browser.follow(submitted, flow.main.url));
}

const namesOf = () =>
  (flow.lastEvent().authentication as { methods: { name: string }[] }).methods.map(
    ({ name }) => name,
  );

describe('LoginTransactions.complete()', () => {
  test('tells Actions how the person authenticated, also in later logins of the session', async () => {
    const browser = new Browser();
    flow.completes({});
    for (const method of ['passkey', 'email', 'sms', 'federated']) {
      await logInWith(browser, flow.ada.userId, { method });
      expect(namesOf()).toEqual([method]);
    }
    await flow.askSilently(browser);
    expect(namesOf()).toEqual(['federated']);
    await logInWith(browser, flow.ada.userId, {});
    expect(namesOf()).toEqual(['pwd']);
  });

  test('takes the identity that authenticated, not the first of the connection', async () => {
    const own = user('linked-own');
    const [first] = own.identities;
    const [linked] = user('linked-other').identities;
    if (first === undefined || linked === undefined) throw new Error('no identities');
    const both = { ...own, identities: [first, linked] };
    const person = await flow.main.store.users.create(both);
    const primary = await flow.main.store.users.create({
      ...user('linked-primary'),
      identities: [linked],
    });
    flow.completes({ primaryUserId: primary.userId });
    const refused = await logInWith(new Browser(), person.userId, {});
    expect(refused.get('error')).toBe('access_denied');
    const accepted = await logInWith(new Browser(), person.userId, { identity: linked.userId });
    expect(accepted.has('code')).toBe(true);
  });
});

describe('prompt', () => {
  test.for(['login', 'select_account', 'create', 'login consent'])(
    '"%s" asks who it is although a session is there, once',
    async (prompt) => {
      const browser = new Browser();
      flow.completes({});
      await logInWith(browser, flow.ada.userId, {});
      const request = authorization(flow.main, { clientId: 'rotating', params: { prompt } });
      const { location } = await browser.get(request.url);
      expect(location?.pathname).toMatch(/^\/u\/(?:login|signup)$/);
      const page = await browser.follow(
        await submitLogin(browser, location, flow.ada.userId),
        flow.main.url,
      );
      if (!prompt.includes('consent')) expect(callbackParams(page).has('code')).toBe(true);
      expect((await flow.askSilently(browser)).has('code')).toBe(true);
    },
  );

  test('is refused when it is unknown', async () => {
    const params = { prompt: 'whatever' };
    const request = authorization(flow.main, { clientId: 'rotating', params });
    const page = await new Browser().get(request.url);
    expect(callbackParams(page).get('error')).toBe('invalid_request');
  });
});
