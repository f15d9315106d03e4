import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CliError } from '../cli-error.ts';
import { connect } from '../connect.ts';
import type { Settings } from '../settings.ts';
import { type LoginTokens, logIn } from './log-in.ts';
import { createManagementCall, type ManagementCall } from './management-client.ts';

const EXAMPLE = new URL('../../../../examples/enrich-token/', import.meta.url);
/** Never opened: the example reads the code from the redirect itself. */
const REDIRECT_URI = 'http://localhost:9/callback';
const BUILD_TIMEOUT_MS = 120_000;
const POLL_MS = 250;

/** A step to undo, in reverse order, however the example ends. */
type Undo = () => Promise<unknown>;

/**
 * Shows the whole path: an application, a person, and an Action that gets a machine token from the
 * server itself, asks a backend (here the management API: the person's roles) and puts the answer
 * into both tokens. Everything that it creates is removed at the end.
 */
export async function enrichToken(
  settings: Settings,
  print: (line: string) => void,
): Promise<void> {
  const connection = connect(settings);
  const call = await createManagementCall(settings, connection);
  const undo: Undo[] = [];
  try {
    const scene = await setTheScene(call, undo, settings.url);
    const login = { url: settings.url, redirectUri: REDIRECT_URI, ...scene.login };
    print('Logging in without the Action …');
    showTokens(await logIn(login, connection), print);
    print('Building and deploying the Action …');
    await deploy(call, undo, scene.secrets);
    print('Logging in with the Action …');
    showTokens(await logIn(login, connection), print);
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

/** Creates an application, a person with a role, an API for the tokens, and the Action's machine client. */
async function setTheScene(call: ManagementCall, undo: Undo[], url: string) {
  const suffix = randomBytes(4).toString('hex');
  const audience = `urn:tessera:example:${suffix}`;
  const api = await call<{ id: string }>('POST', 'resource-servers', {
    name: `Example API ${suffix}`,
    identifier: audience,
  });
  undo.push(() => call('DELETE', `resource-servers/${api.id}`));
  const application = await createClient(call, undo, {
    name: `Example application ${suffix}`,
    app_type: 'regular_web',
    callbacks: [REDIRECT_URI],
  });
  const machine = await createClient(call, undo, {
    name: `Example Action ${suffix}`,
    app_type: 'non_interactive',
  });
  const managementAudience = `${url}/api/v2/`;
  await call('POST', 'client-grants', {
    client_id: machine.client_id,
    audience: managementAudience,
    scope: ['read:users', 'read:roles'],
  });
  const person = {
    email: `example-${suffix}@example.com`,
    password: `Example-${randomBytes(12).toString('hex')}!`,
  };
  const user = await call<{ user_id: string }>('POST', 'users', {
    ...person,
    connection: 'Username-Password-Authentication',
  });
  undo.push(() => call('DELETE', `users/${encodeURIComponent(user.user_id)}`));
  return {
    login: {
      clientId: application.client_id,
      clientSecret: application.client_secret,
      audience,
      ...person,
    },
    secrets: {
      TOKEN_URL: `${url}/oauth/token`,
      CLIENT_ID: machine.client_id,
      CLIENT_SECRET: machine.client_secret,
      AUDIENCE: managementAudience,
      BACKEND_URL: `${url}/api/v2/users/`,
    },
  };
}

interface CreatedClient {
  readonly client_id: string;
  readonly client_secret: string;
}

async function createClient(
  call: ManagementCall,
  undo: Undo[],
  client: object,
): Promise<CreatedClient> {
  const created = await call<CreatedClient>('POST', 'clients', client);
  undo.push(() => call('DELETE', `clients/${created.client_id}`));
  return created;
}

async function deploy(
  call: ManagementCall,
  undo: Undo[],
  secrets: Record<string, string>,
): Promise<void> {
  const {
    secrets: _names,
    name,
    ...manifest
  } = JSON.parse(readFileSync(new URL('action.json', EXAMPLE), 'utf8'));
  const { id } = await call<{ id: string }>('POST', 'actions/actions', {
    ...manifest,
    name: `${name} ${randomBytes(4).toString('hex')}`,
    code: readFileSync(new URL('action.js', EXAMPLE), 'utf8'),
    secrets: Object.entries(secrets).map(([key, value]) => ({ name: key, value })),
  });
  undo.push(() => call('DELETE', `actions/actions/${id}?force=true`));
  const until = Date.now() + BUILD_TIMEOUT_MS;
  for (;;) {
    const { status } = await call<{ status: string }>('GET', `actions/actions/${id}`);
    if (status === 'built') break;
    if (status === 'failed' || Date.now() > until) {
      throw new CliError(
        `the Action's build is "${status}". It needs the npm registry for axios; see the server's log.`,
      );
    }
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  await call('POST', `actions/actions/${id}/deploy`);
  const path = 'actions/triggers/post-login/bindings';
  const before = await call<{ bindings: { display_name: string; action: { id: string } }[] }>(
    'GET',
    `${path}?per_page=50`,
  );
  const kept = before.bindings.map((binding) => ({
    ref: { type: 'action_id', value: binding.action.id },
    display_name: binding.display_name,
  }));
  await call('PATCH', path, {
    bindings: [...kept, { ref: { type: 'action_id', value: id }, display_name: 'enrich-token' }],
  });
}

function showTokens(tokens: LoginTokens, print: (line: string) => void): void {
  print(`ID token: ${JSON.stringify(tokens.idToken, null, 2)}`);
  print(`Access token: ${JSON.stringify(tokens.accessToken, null, 2)}\n`);
}
