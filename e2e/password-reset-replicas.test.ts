import { eventually } from '@tessera/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DETAILS_FORM } from './details-form.ts';
import { askForResetLink } from './reset-links.ts';
import { StepFlows, type StepLogin } from './step-flows.ts';
import { hiddenOf } from './visitor.ts';

const SITE = 'https://check.example';
const NEW_PASSWORD = 'another horse battery staple 2';
const CONNECTION = 'Username-Password-Authentication';

const REDIRECT = `
exports.onExecutePostChallenge = async (event, api) => { api.redirect.sendUserTo('${SITE}/start'); };
exports.onContinuePostChallenge = async (event, api) => {
  if (event.request.query.verdict !== 'fine') api.access.deny('The check was not passed.');
};`;
const ask = (formId: string) => `
exports.onExecutePostChallenge = async (event, api) => { api.prompt.render('${formId}', { fields: { city: 'Wien' } }); };
exports.onContinuePostChallenge = async (event, api) => {
  const { city } = event.prompt.fields;
  if (city === 'Atlantis') return api.access.deny('There is no such place.');
  api.transaction.setResultUrl('https://shop.example/welcome-back', { query: { city } });
};`;

let flows: StepFlows;
let application: Awaited<ReturnType<StepFlows['addApplication']>>;
let person: Awaited<ReturnType<StepFlows['addPerson']>>;
let formId: string;
beforeAll(async () => {
  flows = await StepFlows.open();
  application = await flows.addApplication();
  ({ id: formId } = await flows.first.management.ok('POST', 'forms', DETAILS_FORM));
});
afterAll(() => flows?.[Symbol.asyncDispose]());
beforeEach(async () => {
  person = await flows.addPerson();
});

/** Binds these Actions to the trigger, in order, and no others. */
async function bind(...codes: readonly string[]): Promise<void> {
  const { management } = flows.first;
  const path = 'actions/triggers/password-reset-post-challenge/bindings';
  await management.ok('PATCH', path, { bindings: [] });
  for (const [at, code] of codes.entries()) {
    const trigger = { id: 'password-reset-post-challenge', version: 'v1' };
    await management.deployAction({ name: `Reset ${at} ${person.email}`, trigger, code });
  }
}

/** Follows a link that was mailed, in a browser at the first server. */
async function begin(): Promise<{ readonly browser: StepLogin; readonly at: URL }> {
  const link = await askForResetLink(flows.first, {
    ...{ clientId: application.client_id, connection: CONNECTION, email: person.email },
  });
  const browser = flows.newLogin(application);
  return { browser, at: await browser.follow(link) };
}

const stateOf = (at: URL): string => at.searchParams.get('state') ?? '';
const back = (at: URL, verdict = 'fine') => `/continue?state=${stateOf(at)}&verdict=${verdict}`;

async function countChanges(): Promise<number> {
  const logs = await flows.first.management.ok('GET', 'logs?per_page=100');
  return logs.filter(
    (one: { type: string; user_id: string }) =>
      one.type === 'scp' && one.user_id === person.user_id,
  ).length;
}

const canLogIn = async (password: string): Promise<boolean> => {
  const login = flows.newLogin(application, flows.second);
  await login.begin();
  const at = await login.submit({ identifier: person.email, password });
  return at.searchParams.has('code');
};

describe('a password reset over two replicas', () => {
  test('goes on in the other one after a redirect, and after a form, and ends there', async () => {
    await bind(REDIRECT, ask(formId));
    const { browser, at } = await begin();
    expect(at.origin).toBe(SITE);
    browser.moveTo(flows.second);
    expect((await browser.follow(back(at))).pathname).toBe('/u/form');
    expect(browser.visitor.last).toContain('value="Wien"');
    browser.moveTo(flows.first);
    await browser.submit({ f_city: '' });
    expect(browser.visitor.last).toContain('f_city-problem');
    browser.moveTo(flows.second);
    expect((await browser.submit({ f_city: 'Linz' })).pathname).toBe('/u/reset-password');
    browser.moveTo(flows.first);
    const end = await browser.submit({ password: NEW_PASSWORD });
    expect(end.href).toBe('https://shop.example/welcome-back?city=Linz');
    expect(await canLogIn(NEW_PASSWORD)).toBe(true);
    expect(
      await eventually('changed password', async () => (await countChanges()) || undefined),
    ).toBe(1);
  });

  test('survives the death of the one that showed the form', async () => {
    await bind(ask(formId));
    const { browser, at } = await begin();
    expect(at.pathname).toBe('/u/form');
    browser.moveTo(flows.second);
    await browser.follow(`${at.pathname}${at.search}`);
    await flows.second.kill();
    browser.moveTo(flows.first);
    expect((await browser.submit({ f_city: 'Graz' })).pathname).toBe('/u/reset-password');
    await flows.second.start();
    browser.moveTo(flows.second);
    const end = await browser.submit({ password: NEW_PASSWORD });
    expect(end.searchParams.get('city')).toBe('Graz');
  });

  test('what the form’s Action refuses ends it, in both', async () => {
    await bind(ask(formId));
    const { browser } = await begin();
    browser.moveTo(flows.second);
    await browser.submit({ f_city: 'Atlantis' });
    expect(browser.visitor.last).toContain('There is no such place.');
    expect(browser.visitor.last).not.toContain('name="password"');
    expect(await countChanges()).toBe(0);
  });

  test('a return that reaches both at once goes on in one', async () => {
    await bind(REDIRECT);
    const { browser, at } = await begin();
    const twin = flows.newLogin(application, flows.second);
    const answers = await Promise.all([
      browser.visitor.open(back(at)),
      openAs(browser, twin, back(at)),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 400]);
  });

  test('a new password that reaches both at once is set once', async () => {
    await bind();
    const { browser, at } = await begin();
    expect(at.pathname).toBe('/u/reset-password');
    const form = { ...hiddenOf(browser.visitor.last), password: NEW_PASSWORD };
    const twin = flows.newLogin(application, flows.second);
    const answers = await Promise.all([
      browser.visitor.open('/u/reset-password', form),
      openAs(browser, twin, '/u/reset-password', form),
    ]);
    expect(answers[0]?.status).toBe(answers[1]?.status);
    expect(answers[0]?.status).toBeLessThan(400);
    expect(await canLogIn(NEW_PASSWORD)).toBe(true);
    expect(await countChanges()).toBe(1);
  });

  test('another browser gets on in neither', async () => {
    await bind(REDIRECT);
    const { at } = await begin();
    for (const server of [flows.first, flows.second]) {
      const stranger = flows.newLogin(application, server);
      expect((await stranger.visitor.open(back(at))).status).toBe(400);
    }
  });
});

/** The same browser, at another server. */
async function openAs(
  browser: StepLogin,
  twin: StepLogin,
  path: string,
  form?: Record<string, string>,
) {
  twin.visitor.takeCookiesOf(browser.visitor);
  return await twin.visitor.open(path, form);
}
