import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DETAILS_FORM } from './details-form.ts';
import { StepBrowser, StepFlows, type StepLogin } from './step-flows.ts';
import { CALLBACK } from './visitor.ts';

const KEY = 'a secret of both sites';
const SITE = 'https://site.example.com';
const CLAIM = 'https://example.com/';

let flows: StepFlows;
let application: Awaited<ReturnType<StepFlows['addApplication']>>;
let person: Awaited<ReturnType<StepFlows['addPerson']>>;
beforeAll(async () => {
  flows = await StepFlows.open();
  application = await flows.addApplication();
});
afterAll(() => flows?.[Symbol.asyncDispose]());
beforeEach(async () => {
  person = await flows.addPerson();
});

const REDIRECT = {
  onExecute: `api.user.setUserMetadata('asked', true);
    api.transaction.setMetadata('step', 'asked');
    api.redirect.sendUserTo('${SITE}/terms', { query: { session_token: api.redirect.encodeToken({ secret: event.secrets.KEY, payload: {} }) } });`,
  onContinue: `const answer = api.redirect.validateToken({ secret: event.secrets.KEY });
    api.idToken.setCustomClaim('${CLAIM}answer', answer.accepted);
    api.idToken.setCustomClaim('${CLAIM}step', event.transaction.metadata.step);
    api.idToken.setCustomClaim('${CLAIM}asked', event.user.user_metadata.asked);`,
};

function sign(claims: object, secret: string): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

/** What the other site makes of the address that the browser brings. */
function siteToken(at: URL, members: object = {}, secret = KEY): string {
  const [, payload = ''] = (at.searchParams.get('session_token') ?? '').split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return sign(
    { ...claims, state: at.searchParams.get('state'), accepted: true, ...members },
    secret,
  );
}

const stateOf = (at: URL): string => at.searchParams.get('state') ?? '';
const goOn = (login: StepLogin, at: URL, token = siteToken(at)): Promise<URL> =>
  login.follow(`/continue?state=${stateOf(at)}&session_token=${token}`);

describe('a redirecting Action', () => {
  test('two in a row: each goes on where it stopped, with what was noted before', async () => {
    await flows.bind(REDIRECT, {
      onExecute: `api.transaction.setMetadata('second', event.transaction.metadata.step + '!');
        api.redirect.sendUserTo('${SITE}/second');`,
      onContinue: `api.idToken.setCustomClaim('${CLAIM}second', event.transaction.metadata.second);
        api.idToken.setCustomClaim('${CLAIM}query', event.request.query.colour);`,
    });
    const login = flows.newLogin(application);
    const first = await login.begin(person);
    expect(first.href).toMatch(/^https:\/\/site\.example\.com\/terms\?/);
    const second = await goOn(login, first);
    expect(second.pathname).toBe('/second');
    expect(stateOf(second)).not.toBe(stateOf(first));
    const callback = await login.follow(`/continue?state=${stateOf(second)}&colour=blue`);
    expect(await login.claimsAt(callback)).toMatchObject({
      [`${CLAIM}answer`]: true,
      [`${CLAIM}step`]: 'asked',
      [`${CLAIM}asked`]: true,
      [`${CLAIM}second`]: 'asked!',
      [`${CLAIM}query`]: 'blue',
    });
    expect(
      (await flows.first.management.ok('GET', `users/${person.user_id}`)).user_metadata,
    ).toEqual({ asked: true });
  });

  test('takes a signed token by POST, and believes no other', async () => {
    await flows.bind(REDIRECT);
    const cases: [token: (at: URL) => string, error: string | null][] = [
      [(at) => siteToken(at), null],
      [(at) => siteToken(at, {}, 'another secret'), 'access_denied'],
      [(at) => siteToken(at, { exp: Math.floor(Date.now() / 1000) - 1 }), 'access_denied'],
      [(at) => siteToken(at, { state: 'of another login' }), 'access_denied'],
      [() => 'no token', 'access_denied'],
    ];
    for (const [token, error] of cases) {
      const login = flows.newLogin(application);
      const at = await login.begin(await flows.addPerson());
      const { to } = await login.visitor.open(`/continue?state=${stateOf(at)}`, {
        session_token: token(at),
      });
      const callback = await login.follow(to ?? '');
      expect(callback.searchParams.get('error')).toBe(error);
      if (error === null) expect(await login.claimsAt(callback)).toHaveProperty(`${CLAIM}answer`);
    }
  });

  test('a state works once, in the browser that got it', async () => {
    await flows.bind(REDIRECT);
    const login = flows.newLogin(application);
    const at = await login.begin(person);
    const path = `/continue?state=${stateOf(at)}&session_token=${siteToken(at)}`;
    for (const stranger of [new StepBrowser(flows.first), new StepBrowser(flows.second)]) {
      expect(await stranger.open(path)).toMatchObject({ status: 400, to: null });
    }
    expect((await login.follow(path)).href).toMatch(CALLBACK);
    expect(await login.visitor.open(path)).toMatchObject({ status: 400, to: null });
  });

  test('two tabs do not disturb each other', async () => {
    await flows.bind(REDIRECT);
    const one = flows.newLogin(application);
    const other = one.newTab();
    const [first, second] = [await one.begin(person), await other.begin(person)];
    expect(stateOf(first)).not.toBe(stateOf(second));
    expect(await one.claimsAt(await goOn(one, first))).toHaveProperty(`${CLAIM}answer`);
    // The other's token is for another transaction.
    const mixed = await goOn(other, second, siteToken(first));
    expect(mixed.searchParams.get('error')).toBe('access_denied');
  });

  test('goes on in another replica, and after a crash', async () => {
    await flows.bind(REDIRECT);
    const moved = flows.newLogin(application);
    const at = await moved.begin(person);
    moved.moveTo(flows.second);
    expect(await moved.claimsAt(await goOn(moved, at))).toHaveProperty(`${CLAIM}answer`);

    const login = flows.newLogin(application, flows.second);
    const waiting = await login.begin(await flows.addPerson());
    await flows.second.kill();
    await flows.second.start();
    expect(await login.claimsAt(await goOn(login, waiting))).toHaveProperty(`${CLAIM}answer`);
  });

  test('may refuse when the browser comes back; what it noted stays', async () => {
    await flows.bind({
      onExecute: `api.user.setAppMetadata('seen', 1); api.redirect.sendUserTo('${SITE}/');`,
      onContinue: `api.user.setAppMetadata('seen', 2); api.access.deny('not accepted');`,
    });
    const login = flows.newLogin(application);
    const at = await login.begin(person);
    const callback = await login.follow(`/continue?state=${stateOf(at)}`);
    expect(callback.searchParams.get('error_description')).toBe('not accepted');
    const user = await flows.first.management.ok('GET', `users/${person.user_id}`);
    expect(user.app_metadata).toEqual({ seen: 2 });
    // The login ended with it.
    expect((await login.begin()).pathname).toBe('/u/login');
  });

  test('knows where nobody can be sent anywhere', async () => {
    await flows.bind({
      onExecute: `api.idToken.setCustomClaim('${CLAIM}can', api.redirect.canRedirect());`,
    });
    const login = flows.newLogin(application);
    const tokens = await login.tokensAt(await login.begin(person));
    const silently = login.newTab();
    expect(
      await silently.claimsAt(await silently.begin(undefined, { prompt: 'none' })),
    ).toMatchObject({ [`${CLAIM}can`]: false });
    await flows.bind({ onExecute: `api.redirect.sendUserTo('${SITE}/');` });
    const refused = await login.begin(undefined, { prompt: 'none' });
    expect(refused.searchParams.get('error')).toBe('interaction_required');
    expect(await login.refresh(tokens.refresh_token)).toMatchObject({
      error: 'interaction_required',
    });
  });
});

describe('steps on our pages', () => {
  const render = (id: string) => ({
    onExecute: `api.prompt.render('${id}', { fields: { city: 'Wien' }, vars: { plan: 'gold' } });`,
    onContinue: `api.idToken.setCustomClaim('${CLAIM}city', event.prompt.fields.city);
      api.idToken.setCustomClaim('${CLAIM}plan', event.prompt.vars.plan);`,
  });

  test('a form is filled in, its values reach the Action', async () => {
    const { id } = await flows.first.management.ok('POST', 'forms', DETAILS_FORM);
    await flows.bind(render(id));
    const login = flows.newLogin(application);
    expect((await login.begin(person)).pathname).toBe('/u/form');
    expect(login.visitor.last).toContain('value="Wien"');
    await login.submit({ f_city: '' });
    expect(login.visitor.last).toContain('f_city-problem');
    const callback = await login.submit({ f_city: 'Graz' });
    expect(await login.claimsAt(callback)).toMatchObject({
      [`${CLAIM}city`]: 'Graz',
      [`${CLAIM}plan`]: 'gold',
    });
  });

  test('a factor is set up, then asked for; the ID token says so', async () => {
    await enableFactors();
    await flows.bind({ onExecute: `api.authentication.enrollWith({ type: 'otp' });` });
    const login = flows.newLogin(application);
    const secret = await enroll(login, await login.begin(person));
    const callback = await confirm(login, secret.enrolled);
    expect(await login.claimsAt(callback)).toMatchObject({ amr: ['mfa'] });
    await flows.bind({
      onExecute: `api.authentication.challengeWith({ type: 'otp' });`,
      onContinue: `api.idToken.setCustomClaim('${CLAIM}methods', event.authentication.methods.map(({ name, type }) => type ?? name));`,
    });
    const again = flows.newLogin(application);
    const at = await again.begin(person);
    expect(at.pathname).toMatch(/^\/u\/mfa/);
    await again.submit({ code: '000000' });
    const passed = await again.submit({ code: await secret.nextCode() });
    expect(await again.claimsAt(passed)).toMatchObject({
      [`${CLAIM}methods`]: ['pwd', 'otp'],
      amr: ['mfa'],
    });
  });

  test('a redirect, a factor, a form and consent, one after another, over two replicas', async () => {
    await enableFactors();
    const stranger = await flows.addApplication({ name: 'Stranger', is_first_party: false });
    const { id } = await flows.first.management.ok('POST', 'forms', DETAILS_FORM);
    await flows.bind(
      REDIRECT,
      { onExecute: `api.authentication.enrollWithAny([{ type: 'otp' }]);` },
      render(id),
    );
    const login = flows.newLogin(stranger);
    const site = await login.begin(person);
    expect(site.origin).toBe(SITE);
    login.moveTo(flows.second);
    const secret = await enroll(login, await goOn(login, site));
    const form = await confirm(login, secret.enrolled);
    expect(form.pathname).toBe('/u/form');
    login.moveTo(flows.first);
    const consent = await login.submit({ f_city: 'Linz' });
    expect(consent.pathname).toBe('/u/consent');
    const callback = await login.submit({ decision: 'accept' });
    expect(await login.claimsAt(callback)).toMatchObject({
      [`${CLAIM}answer`]: true,
      [`${CLAIM}step`]: 'asked',
      [`${CLAIM}city`]: 'Linz',
      amr: ['mfa'],
    });
  });

  async function enableFactors(): Promise<void> {
    await flows.first.management.ok('PUT', 'guardian/factors/otp', { enabled: true });
  }

  /** Sets up a one-time password app from what the page shows. */
  async function enroll(login: StepLogin, at: URL) {
    expect(at.pathname).toMatch(/^\/u\/mfa/);
    const [, secret = ''] = /<code class="mfa-secret"[^>]*>([^<]+)</.exec(login.visitor.last) ?? [];
    const key = secret.replaceAll(/\s/g, '');
    const step = Math.floor(Date.now() / 30_000);
    return {
      enrolled: totp(key, step),
      /** A code that was not used: of the next interval, which the clock's tolerance covers. */
      nextCode: async () => totp(key, step + 1),
    };
  }

  async function confirm(login: StepLogin, code: string): Promise<URL> {
    const at = await login.submit({ code });
    // A page may show what is to be kept, and wants that confirmed.
    return at.pathname.includes('recovery-code') ? await login.submit({ saved: '1' }) : at;
  }
});

/** RFC 6238 with the usual settings: SHA-1, 30 s, six digits. */
function totp(secret: string, counter: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replace(/=+$/, '')]
    .map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const moment = Buffer.alloc(8);
  moment.writeBigUInt64BE(BigInt(counter));
  const digest = createHmac('sha1', key).update(moment).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
