import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { JsonObject } from '@tessera/model';
import { eventually } from '@tessera/testkit';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { credentialsOf, LoginFlows } from './login-flows.ts';
import { PASSWORD } from './visitor.ts';

/** Lies beside the project where the project is developed, and nowhere else. */
const FILE = resolve(import.meta.dirname, '../../shared/contract/logs-schema.json');
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const REALM_GRANT = 'http://auth0.com/oauth/grant-type/password-realm';
const WAIT_MS = 30_000;

interface Entry {
  readonly type: string;
  readonly [member: string]: unknown;
}

let flows: LoginFlows;

beforeAll(async () => {
  flows = await LoginFlows.open();
});
afterAll(() => flows?.[Symbol.asyncDispose]());

/** The newest entry of the type; waits for those that jobs write. */
function entryOf(type: string): Promise<Entry> {
  return eventually(`entry ${type}`, async () => {
    const [entry] = await flows.server.management.ok('GET', `logs?q=type:${type}&sort=date:-1`);
    return entry as Entry | undefined;
  });
}

/** What schemas say is missing or wrong. Unknown values are null, as recorded traffic has them. */
function problemsOf(entry: Entry): readonly string[] {
  const { schemas } = JSON.parse(readFileSync(FILE, 'utf8')).components;
  const ajv = formats.default(new Ajv2020({ strict: false, allErrors: true }));
  const known = Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null));
  ajv.validate(schemas[entry.type], known);
  return (ajv.errors ?? [])
    .filter(
      ({ params, instancePath }) => instancePath !== '' || entry[params.missingProperty] !== null,
    )
    .map(({ instancePath, message }) => `${instancePath} ${message}`);
}

async function post(path: string, body: JsonObject): Promise<void> {
  const answer = await flows.server.fetch(`${flows.server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (answer.status >= 500) throw new Error(`${path} answered ${answer.status}`);
}

/** Sign-up, right and wrong passwords, a forgotten one, an address to verify, codes, an exchange, a second factor. */
async function liveThrough(): Promise<void> {
  const { management } = flows.server;
  const grants = ['authorization_code', 'refresh_token', REALM_GRANT, EXCHANGE];
  await management.ok('PATCH', `clients/${flows.web.client_id}`, {
    grant_types: grants,
    token_exchange: { allow_any_profile_of_type: ['custom_authentication'] },
  });
  const person = await flows.addPerson();
  await flows.newLogin().tokens(person);
  const login = { ...credentialsOf(flows.web), grant_type: REALM_GRANT, realm: flows.connection };
  await flows.token({ ...login, username: person.email, password: 'not this one' });
  await flows.token({ ...login, username: 'nobody@example.com', password: 'not this one' });
  await management.ok('POST', 'jobs/verification-email', { user_id: person.user_id });
  const { connection } = flows;
  const { client_id } = flows.web;
  await post('/dbconnections/change_password', { client_id, connection, email: person.email });
  await management.ok('PATCH', `users/${person.user_id}`, { password: `${PASSWORD} more` });
  for (const name of ['email', 'sms']) {
    const enabled_clients = [client_id];
    await management.ok('POST', 'connections', { name, strategy: name, enabled_clients });
  }
  const start = { ...credentialsOf(flows.web), send: 'code' };
  await post('/passwordless/start', { ...start, connection: 'email', email: person.email });
  await post('/passwordless/start', {
    ...start,
    connection: 'sms',
    phone_number: '+4915112345678',
  });
  await exchange(person.user_id);
}

async function exchange(userId: string): Promise<void> {
  const { management } = flows.server;
  const { id } = await management.ok('POST', 'actions/actions', {
    name: 'Judge',
    supported_triggers: [{ id: 'custom-token-exchange', version: 'v1' }],
    code: `exports.onExecuteCustomTokenExchange = async (event, api) =>
      api.authentication.setUserById(event.transaction.subject_token);`,
  });
  await expect
    .poll(async () => (await management.ok('GET', `actions/actions/${id}`)).status, {
      timeout: WAIT_MS,
    })
    .toBe('built');
  await management.ok('POST', `actions/actions/${id}/deploy`);
  await management.ok('POST', 'token-exchange-profiles', {
    name: 'partner',
    subject_token_type: 'urn:partner:token',
    action_id: id,
    type: 'custom_authentication',
  });
  const asked = { grant_type: EXCHANGE, subject_token_type: 'urn:partner:token' };
  await flows.token({ ...credentialsOf(flows.web), ...asked, subject_token: userId });
  await flows.token({ ...credentialsOf(flows.web), ...asked, subject_token: 'auth0|nobody' });
}

const TYPES = [
  'ss',
  's',
  'seacft',
  'fp',
  'fu',
  'fepft',
  'svr',
  'scpr',
  'scp',
  'cls',
  'secte',
  'fecte',
];

test.runIf(existsSync(FILE))('entries of the log have what their schemas require', async () => {
  await liveThrough();
  const problems = TYPES.map(async (type) => [type, problemsOf(await entryOf(type))] as const);
  const found = (await Promise.all(problems)).filter(([, { length }]) => length > 0);
  expect(Object.fromEntries(found)).toEqual({});
});
