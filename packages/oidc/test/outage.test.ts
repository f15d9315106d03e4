import { expect, test } from 'vitest';
import { Browser } from './support/browser.ts';
import { CLIENT_SECRET } from './support/entities.ts';
import { authorization, logIn, postForm } from './support/flows.ts';
import { startOidc } from './support/start-oidc.ts';

test('without a database programs get 503 and people a page, and neither any detail', async () => {
  await using server = await startOidc('outage');
  await server.main.addClient({ clientId: 'web' });
  const { userId } = await server.main.addUser('ada');
  const browser = new Browser();
  await logIn(server.main, browser, authorization(server.main, { clientId: 'web' }), userId);
  await server.store.close();

  const token = await postForm(`${server.main.url}/oauth/token`, {
    grant_type: 'refresh_token',
    client_id: 'web',
    client_secret: CLIENT_SECRET,
    refresh_token: 'anything',
  });
  const silent = await browser.get(authorization(server.main, { clientId: 'web' }).url);
  const logout = await browser.get(`${server.main.url}/v2/logout`);
  const userinfo = await fetch(`${server.main.url}/userinfo`, {
    headers: { authorization: 'Bearer anything' },
  });

  expect([token.status, silent.status, logout.status, userinfo.status]).toEqual([
    503, 503, 503, 503,
  ]);
  expect(token.body.error).toBe('temporarily_unavailable');
  for (const page of [silent, logout]) {
    expect(page.body).toContain('temporarily_unavailable');
    expect(page.body).not.toMatch(/stack|pool|select/i);
  }
});
