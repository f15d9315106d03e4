import type { JsonObject } from '@tessera/model';
import { describe, expect, test } from 'vitest';
import { Browser } from './support/browser.ts';
import { startOidcPerFile } from './support/effects.ts';
import { CONNECTION, user } from './support/entities.ts';
import {
  authorization,
  callbackParams,
  claimsOf,
  getTokens,
  logIn,
  redeem,
  refresh,
} from './support/flows.ts';

const flow = startOidcPerFile('authentication_effects');
const { askSilently, completes, lastEvent, tokensFor } = flow;

describe('api.authentication', () => {
  test('recordMethod() is told to later logins of the session and to refreshes', async () => {
    const browser = new Browser();
    const method = { name: 'https://verify.example.com', timestamp: '2026-01-01T00:00:00.000Z' };
    completes({ recordedMethods: [method] });
    const { body } = await tokensFor(browser);
    completes({});
    const names = () =>
      (lastEvent().authentication as { methods: JsonObject[] }).methods.map(({ name }) => name);
    await refresh(flow.main, 'rotating', body.refresh_token);
    expect(names()).toEqual(['pwd', method.name]);
    completes({ recordedMethods: [{ ...method, timestamp: '2026-01-02T00:00:00.000Z' }] });
    await askSilently(browser);
    completes({});
    await askSilently(browser);
    expect(lastEvent().authentication?.methods).toEqual([
      expect.objectContaining({ name: 'pwd' }),
      { ...method, timestamp: '2026-01-02T00:00:00.000Z' },
    ]);
    await logIn(
      flow.main,
      browser,
      authorization(flow.main, { clientId: 'rotating', params: { prompt: 'login' } }),
      flow.ada.userId,
    );
    expect(names()).toEqual(['pwd']);
  });

  /** A user who has ada's identity besides their own. */
  async function addPrimary(name: string, overrides: Parameters<typeof user>[1] = {}) {
    const primary = user(name);
    const identities = [...primary.identities, ...flow.ada.identities];
    return await flow.main.store.users.create({ ...primary, identities, ...overrides });
  }

  test('setPrimaryUser() goes on as the user who has the identity', async () => {
    const grace = await addPrimary('grace');
    const browser = new Browser();
    completes({ primaryUserId: grace.userId });
    const { body } = await tokensFor(browser);
    expect(claimsOf(body.id_token)).toMatchObject({
      sub: grace.userId,
      email: 'grace@example.com',
    });
    completes({});
    const renewed = await refresh(flow.main, 'rotating', body.refresh_token);
    expect(claimsOf(renewed.body.id_token).sub).toBe(grace.userId);
    const request = authorization(flow.main, {
      clientId: 'rotating',
      params: { prompt: 'none' },
    });
    const page = await browser.get(request.url);
    const tokens = await redeem(flow.main, 'rotating', callbackParams(page).get('code'), request);
    expect(claimsOf(tokens.body.id_token).sub).toBe(grace.userId);
    expect(lastEvent().user?.user_id).toBe(grace.userId);
  });

  test('setPrimaryUser() gives the permissions of that user, no others', async () => {
    const joan = await addPrimary('joan');
    const audience = 'https://ruled.example.com/';
    await flow.main.addApi({ identifier: audience, enforcePolicies: true });
    const grant = (userId: string, permissionName: string) =>
      flow.main.store.roles.grantToUser(userId, [
        { resourceServerIdentifier: audience, permissionName },
      ]);
    await grant(flow.ada.userId, 'write:items');
    await grant(joan.userId, 'read:items');
    completes({ primaryUserId: joan.userId });
    const { body } = await getTokens(flow.main, {
      clientId: 'rotating',
      userId: flow.ada.userId,
      scope: 'openid read:items write:items',
      params: { audience },
    });
    expect(claimsOf(body.access_token)).toMatchObject({
      sub: joan.userId,
      scope: 'openid read:items',
    });
  });

  test('setPrimaryUser() asks that user for consent, not the other', async () => {
    const mary = await addPrimary('mary');
    await flow.main.addClient({ clientId: 'third', isFirstParty: false });
    completes({ primaryUserId: mary.userId });
    const browser = new Browser();
    const request = authorization(flow.main, { clientId: 'third' });
    const page = await logIn(flow.main, browser, request, flow.ada.userId);
    const form = JSON.parse(page.body.slice(page.body.indexOf('{'))) as {
      submitUrl: string;
      csrfToken: string;
      userName: string;
    };
    expect(form.userName).toBe('MARY');
    const accepted = await browser.post(new URL(form.submitUrl, flow.main.url), {
      csrf_token: form.csrfToken,
      decision: 'accept',
    });
    const callback = await browser.follow(accepted, flow.main.url);
    const tokens = await redeem(flow.main, 'third', callbackParams(callback).get('code'), request);
    expect(claimsOf(tokens.body.id_token).sub).toBe(mary.userId);
  });

  const strangers: [name: string, userId: () => Promise<string>, error: string][] = [
    ['a user without the identity', async () => (await addUser('eve')).userId, 'access_denied'],
    ['nobody', async () => 'auth0|nobody', 'access_denied'],
    [
      'a user of the same id at another connection',
      async () => {
        const elsewhere = { ...CONNECTION, id: 'con_0000000000000002', name: 'elsewhere' };
        await flow.main.store.connections.create(elsewhere);
        const identities = flow.ada.identities.map((one) => ({
          ...one,
          connection: elsewhere.name,
        }));
        return (await addPrimary('mallory', { identities })).userId;
      },
      'access_denied',
    ],
    [
      'a blocked user',
      async () => (await addPrimary('blocked', { blocked: true })).userId,
      'unauthorized',
    ],
  ];
  const addUser = (name: string) => flow.main.addUser(name);
  test.for(strangers)('setPrimaryUser() refuses %s', async ([, find, error]) => {
    const browser = new Browser();
    completes({ primaryUserId: await find() });
    const request = authorization(flow.main, { clientId: 'rotating' });
    const params = callbackParams(await logIn(flow.main, browser, request, flow.ada.userId));
    expect(params.get('error')).toBe(error);
    completes({});
    expect((await askSilently(browser)).get('error')).toBe('login_required');
  });

  test('a refresh token stays its user’s', async () => {
    const { body } = await tokensFor(new Browser());
    const other = await addPrimary('other');
    completes({ primaryUserId: other.userId });
    const refused = await refresh(flow.main, 'rotating', body.refresh_token);
    expect(refused).toMatchObject({ status: 403, body: { error: 'access_denied' } });
    completes({ primaryUserId: flow.ada.userId });
    expect((await refresh(flow.main, 'rotating', body.refresh_token)).status).toBe(200);
  });
});
