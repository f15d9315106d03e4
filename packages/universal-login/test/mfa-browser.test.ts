import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { generateSync } from 'otplib';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, launchBrowser } from './open-browser.ts';
import { type OpenMfaPages, openMfaPages } from './open-mfa-pages.ts';

// Without Chromium from the distribution these tests are skipped; vitest says so.
describe.skipIf(!hasBrowser)('second factors in Chromium', () => {
  let browser: Browser;
  let pages: OpenMfaPages;
  beforeAll(async () => {
    browser = await launchBrowser();
    pages = await openMfaPages('mfa-browser');
    const url = await pages.app.listen({ port: 0, host: '127.0.0.1' });
    // WebAuthn wants a name, not an address.
    pages.place.baseUrl = `${url.replace('127.0.0.1', 'localhost')}/`;
  });
  afterAll(async () => {
    await browser?.close();
    await pages?.[Symbol.asyncDispose]();
  });

  async function openVisit() {
    const context = await browser.newContext();
    await context.addCookies([{ name: 'browser', value: 'own', url: pages.place.baseUrl }]);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    return {
      context,
      page,
      complaints,
      goTo: (state: string) => page.goto(`${pages.place.baseUrl}u/mfa?state=${state}`),
      [Symbol.asyncDispose]: () => context.close(),
    };
  }

  async function plugIn(context: BrowserContext, page: Page, kind: 'usb' | 'internal') {
    const session = await context.newCDPSession(page);
    await session.send('WebAuthn.enable');
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: kind,
        hasResidentKey: false,
        hasUserVerification: kind === 'internal',
        isUserVerified: kind === 'internal',
        automaticPresenceSimulation: true,
      },
    });
    return { session, authenticatorId };
  }

  const setUserVerified = (
    { session, authenticatorId }: { session: CDPSession; authenticatorId: string },
    isUserVerified: boolean,
  ) => session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });

  const answersOf = (state: string) =>
    pages.steps.answers.filter((given) => given.state === state).map(({ answer }) => answer);

  test.for([
    ['webauthn-roaming', 'usb'],
    ['webauthn-platform', 'internal'],
  ] as const)('a key of %s is set up and then passes', async ([type, kind]) => {
    await using visit = await openVisit();
    const { context, page, complaints } = visit;
    await plugIn(context, page, kind);
    const user = await pages.createUser();
    const enrollment = pages.openStep(user, 'enrollment', { types: [type] });
    await visit.goTo(enrollment);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL('**/u/mfa-recovery-code-new?**');
    await page.getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(`**/resume/${enrollment}`);
    expect(answersOf(enrollment)).toMatchObject([{ kind: 'factor', type }]);

    for (let at = 0; at < 2; at += 1) {
      const challenge = pages.openStep(user, 'challenge', { types: [type] });
      await visit.goTo(challenge);
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.waitForURL(`**/resume/${challenge}`);
      expect(answersOf(challenge)).toMatchObject([{ kind: 'factor', type }]);
    }
    expect(complaints).toEqual([]);
  });

  test('a passkey is set up by whoever has passed a factor', async () => {
    await using visit = await openVisit();
    const { context, page, complaints } = visit;
    const session = await context.newCDPSession(page);
    await session.send('WebAuthn.enable');
    await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await pages.store.connections.update('con_people', {
      options: { authentication_methods: { passkey: { enabled: true } } },
    });
    const user = await pages.createUser();
    const { secret } = await pages.enrollPassword(user);
    const state = pages.openStep(user, 'challenge', { passwordConnectionId: 'con_people' });
    await visit.goTo(state);
    await page.fill('input[name=code]', generateSync({ secret }));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL('**/u/mfa-passkey-enrollment?**');
    await page.click('form[data-passkey-enrollment] button');
    await page.waitForURL(`**/resume/${state}`);
    expect(answersOf(state)).toMatchObject([{ kind: 'factor', type: 'otp' }]);
    const kept = await pages.store.authenticators.listForUser(user.userId);
    expect(kept.map(({ type }) => type)).toContain('passkey');
    expect(complaints).toEqual([]);
  });

  test('a device that does not verify the person says so, and passes nothing', async () => {
    await using visit = await openVisit();
    const { context, page } = visit;
    const key = await plugIn(context, page, 'internal');
    const user = await pages.createUser();
    await setUserVerified(key, false);
    const state = pages.openStep(user, 'enrollment', { types: ['webauthn-platform'] });
    await visit.goTo(state);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('That did not work.').waitFor();
    expect(await pages.store.authenticators.listForUser(user.userId)).toEqual([]);
  });

  test('a page that waits for a device goes on by itself when the device has answered', async () => {
    await using visit = await openVisit();
    const { page, complaints } = visit;
    const user = await pages.createUser();
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const jwk = await exportJWK(publicKey);
    const post = async (path: string, claims: Record<string, unknown>, header: object = {}) => {
      const jwt = await new SignJWT({ aud: pages.place.baseUrl, ...claims })
        .setIssuedAt()
        .setProtectedHeader({ alg: 'ES256', typ: 'mfa-device+jwt', ...header })
        .sign(privateKey);
      const answer = await fetch(`${pages.place.baseUrl}mfa/push/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jwt }),
      });
      return { status: answer.status, body: answer.status === 204 ? null : await answer.json() };
    };
    const enrollment = pages.openStep(user, 'enrollment', { types: ['push-notification'] });
    await visit.goTo(enrollment);
    const subject = { user, binding: enrollment };
    const oobCode = `page ${enrollment} enrollment push-notification`;
    const begun = await pages.multifactor.beginEnrollment(pages.mfaContext, subject, {
      type: 'push-notification',
      oobCode,
    });
    const uri = begun.enrollment.kind === 'push' ? begun.enrollment.barcodeUri : '';
    const ticket = new URL(uri).searchParams.get('enrollment_tx_id');
    const registered = await post('devices', { enrollment_tx_id: ticket, name: 'Pocket' }, { jwk });
    expect(registered).toMatchObject({
      status: 201,
      body: { id: expect.stringMatching(/^push\|/) },
    });
    await page.waitForURL('**/u/mfa-recovery-code-new?**');
    await page.getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(`**/resume/${enrollment}`);

    const challenge = pages.openStep(user, 'challenge', { types: ['push-notification'] });
    await visit.goTo(challenge);
    const iss = registered.body.id;
    const asked = await post('requests', { iss });
    const request_id = asked.body.requests[0].id;
    expect(await post('answers', { iss, request_id, answer: 'accept' })).toMatchObject({
      status: 204,
    });
    await page.waitForURL(`**/resume/${challenge}`);
    expect(answersOf(challenge)).toMatchObject([{ type: 'push-notification' }]);
    expect(complaints).toEqual([]);
  });
});
