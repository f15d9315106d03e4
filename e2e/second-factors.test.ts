import { eventually } from '@tessera/testkit';
import { generateSync } from 'otplib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { credentialsOf, LoginFlows } from './login-flows.ts';
import { CALLBACK, hiddenOf, PASSWORD, Visitor } from './visitor.ts';

const GRANT = 'http://auth0.com/oauth/grant-type/';

/** Members of what `/mfa` answers; each call has some of them. */
interface MfaAnswer {
  readonly secret: string;
  readonly recovery_codes: readonly string[];
  readonly oob_code: string;
  readonly [index: number]: { readonly id: string };
}

describe('second factors', () => {
  let flows: LoginFlows;
  beforeAll(async () => {
    flows = await LoginFlows.open();
    const { management } = flows.server;
    await management.ok('PATCH', `clients/${flows.web.client_id}`, {
      grant_types: [
        'authorization_code',
        'refresh_token',
        'password',
        ...['mfa-otp', 'mfa-oob', 'mfa-recovery-code'].map((name) => GRANT + name),
      ],
    });
    for (const name of ['otp', 'sms', 'recovery-code']) {
      await management.ok('PUT', `guardian/factors/${name}`, { enabled: true });
    }
    await management.ok('PUT', 'guardian/policies', ['all-applications']);
    await management.ok('PATCH', 'tenants/settings', { default_directory: flows.connection });
  }, 120_000);
  afterAll(() => flows?.[Symbol.asyncDispose]());

  const call = async (path: string, body: object | undefined, bearer?: string) => {
    const answer = await flows.server.fetch(`${flows.server.url}${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      },
    });
    return { status: answer.status, body: (await answer.json()) as MfaAnswer };
  };
  const askForTokens = (username: string, change: Record<string, string> = {}) =>
    flows.token({
      grant_type: 'password',
      ...credentialsOf(flows.web),
      username,
      password: PASSWORD,
      scope: 'openid',
      ...change,
    });
  const logIn = async (username: string, change: Record<string, string> = {}) => {
    const answer = await askForTokens(username, change);
    expect(answer).toMatchObject({ status: 403, error: 'mfa_required' });
    return answer.mfa_token ?? '';
  };
  const answer = (grant: string, mfaToken: string, proof: Record<string, string>) =>
    flows.token({
      grant_type: GRANT + grant,
      ...credentialsOf(flows.web),
      mfa_token: mfaToken,
      ...proof,
    });
  /** The code of the newest message to a phone: no provider is set, so it is kept. */
  async function readCode(to: string): Promise<string> {
    const { management } = flows.server;
    return await eventually(`message to ${to}`, async () => {
      const [message] = await management.ok('GET', `outbox?to=${encodeURIComponent(to)}`);
      const { content } = message ? await management.ok('GET', `outbox/${message.id}`) : {};
      return /\b\d{6}\b/.exec(JSON.stringify(content) ?? '')?.[0];
    });
  }

  test('of a program: set up with the first code, asked for ever after, replaced by a recovery code', async () => {
    const { email } = await flows.addPerson();
    const first = await logIn(email);
    const begun = await call('/mfa/associate', { authenticator_types: ['otp'] }, first);
    const { secret, recovery_codes: codes } = begun.body;
    const [recovery_code = ''] = codes;
    const used = generateSync({ secret });
    expect(await answer('mfa-otp', first, { otp: used })).toMatchObject({
      status: 200,
      id_token: expect.any(String),
    });
    // The token is gone, and so is the code.
    expect((await answer('mfa-otp', first, { otp: used })).status).toBe(403);

    const second = await logIn(email);
    expect(
      (await call('/mfa/associate', { authenticator_types: ['otp'] }, second)).body,
    ).toMatchObject({ error: 'access_denied' });
    expect(
      await call('/mfa/challenge', { ...credentialsOf(flows.web), mfa_token: second }),
    ).toEqual({ status: 200, body: { challenge_type: 'otp' } });
    expect(await answer('mfa-otp', second, { otp: used })).toMatchObject({
      status: 403,
      error: 'invalid_grant',
    });
    expect((await call('/mfa/authenticators', undefined, second)).body).toMatchObject([
      { authenticator_type: 'otp', active: true },
      { authenticator_type: 'recovery-code' },
    ]);
    const recovered = await answer('mfa-recovery-code', second, { recovery_code });
    expect(recovered).toMatchObject({ status: 200, recovery_code: expect.any(String) });
    const third = await logIn(email);
    expect((await answer('mfa-recovery-code', third, { recovery_code })).status).toBe(403);
  });

  test('of a program: by a text message, for this login alone', async () => {
    const { email } = await flows.addPerson();
    const phone_number = '+442071838750';
    const first = await logIn(email);
    const begun = await call(
      '/mfa/associate',
      { authenticator_types: ['oob'], oob_channels: ['sms'], phone_number },
      first,
    );
    const { oob_code } = begun.body;
    const binding_code = await readCode(phone_number);
    const other = await logIn(email);
    expect((await answer('mfa-oob', other, { oob_code, binding_code })).status).toBe(403);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => answer('mfa-oob', first, { oob_code, binding_code })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('are removed by whoever has passed one, also where no policy asks for it', async () => {
    const { management } = flows.server;
    const { email } = await flows.addPerson();
    const begun = await call(
      '/mfa/associate',
      { authenticator_types: ['otp'] },
      await logIn(email),
    );
    const first = await logIn(email);
    expect(begun.status).toBe(200);
    const again = await call('/mfa/associate', { authenticator_types: ['otp'] }, first);
    const { secret } = again.body;
    await answer('mfa-otp', first, { otp: generateSync({ secret }) });
    await management.ok('PUT', 'guardian/policies', []);
    try {
      expect((await askForTokens(email)).status).toBe(200);
      const scope = 'enroll read:authenticators remove:authenticators';
      const wish = { audience: `${flows.server.url}/mfa/`, scope };
      const token = await logIn(email, wish);
      const next = generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + 30 });
      const { access_token: bearer = '' } = await answer('mfa-otp', token, { otp: next });
      const listed = await call('/mfa/authenticators', undefined, bearer);
      expect(listed.body).toMatchObject([{ authenticator_type: 'otp' }, {}]);
      const further = await call('/mfa/associate', { authenticator_types: ['otp'] }, bearer);
      const code = generateSync({ secret: further.body.secret });
      const confirmed = await answer('mfa-otp', bearer, { otp: code });
      expect(confirmed).toMatchObject({ access_token: bearer, token_type: 'Bearer' });
      const all = await call('/mfa/authenticators', undefined, bearer);
      expect(all.body).toHaveLength(3);
      const path = `/mfa/authenticators/${encodeURIComponent(listed.body[0]?.id ?? '')}`;
      const removed = await flows.server.fetch(flows.server.url + path, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${bearer}` },
      });
      expect(removed.status).toBe(204);
    } finally {
      await management.ok('PUT', 'guardian/policies', ['all-applications']);
    }
  });

  test('are nothing to third-party applications', async () => {
    const { management } = flows.server;
    const { client_id } = await management.ok('POST', 'clients', {
      name: 'Another party',
      app_type: 'regular_web',
      is_first_party: false,
      callbacks: [CALLBACK],
      grant_types: ['authorization_code'],
    });
    const open = async (audience: string) => {
      const query = new URLSearchParams({
        ...{ client_id, audience, redirect_uri: CALLBACK, response_type: 'code' },
        scope: 'openid remove:authenticators',
      });
      return (await new Visitor(flows.server).open(`/authorize?${query}`)).to;
    };
    expect(await open(`${flows.server.url}/mfa/`)).toContain('error=access_denied');
    expect(await open('https://reports.example.com/')).toMatch(/^\/u\/login/);
  });

  test('of a browser: an app is set up, then asked for, then not in a browser that is remembered', async () => {
    const { email, user_id } = await flows.addPerson();
    const login = flows.newLogin();
    const open = async (visitor: Visitor) => {
      let { to } = await visitor.open(authorizeUrl());
      if (to?.startsWith('/u/login')) {
        const { text } = await visitor.open(to);
        const form = { ...hiddenOf(text), identifier: email, password: PASSWORD };
        ({ to } = await visitor.open('/u/login', form));
      }
      return follow(visitor, to);
    };
    const authorizeUrl = () =>
      `/authorize?${new URLSearchParams({
        client_id: flows.web.client_id,
        redirect_uri: CALLBACK,
        response_type: 'code',
        scope: 'openid',
        prompt: 'login',
      })}`;
    const follow = async (visitor: Visitor, start: string | null) => {
      let to = start;
      while (to !== null && !to.startsWith(CALLBACK)) {
        ({ to } = await visitor.open(to));
      }
      return to;
    };
    expect(await open(login.visitor)).toBeNull();
    // One factor can be set up by choice: the page of the app.
    const path = `/u/mfa-otp-enrollment?state=${/state=([\w-]+)/.exec(login.visitor.last)?.[1]}`;
    const { text } = await login.visitor.open(path);
    const secret = /<code[^>]*>([A-Z2-7 ]+)<\/code>/.exec(text)?.[1]?.replaceAll(' ', '') ?? '';
    let { to } = await login.visitor.open('/u/mfa-otp-enrollment', {
      ...hiddenOf(text),
      code: generateSync({ secret }),
      remember_browser: 'on',
    });
    const shown = await login.visitor.open(to ?? '');
    ({ to } = await login.visitor.open('/u/mfa-recovery-code-new', {
      ...hiddenOf(shown.text),
      saved: 'on',
    }));
    expect(await follow(login.visitor, to)).toMatch(/[?&]code=/);
    // Remembered here, asked elsewhere.
    expect(await open(login.visitor)).toMatch(/[?&]code=/);
    const elsewhere = new Visitor(flows.server);
    expect(await open(elsewhere)).toBeNull();
    expect(elsewhere.last).toContain('Enter your code');
    // Until an administrator says otherwise.
    const { management } = flows.server;
    const id = encodeURIComponent(user_id);
    await management.ok('POST', `users/${id}/multifactor/actions/invalidate-remember-browser`);
    expect(await open(login.visitor)).toBeNull();
    await management.ok('DELETE', `users/${id}/authenticators`);
    expect(await management.ok('GET', `users/${id}/enrollments`)).toEqual([]);
  });
});
