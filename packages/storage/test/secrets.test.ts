import { randomBytes } from 'node:crypto';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createSecretBox,
  loadOrCreateMasterKey,
  openStore,
  parseMasterKey,
} from '@tessera/storage';
import pg from 'pg';
import { expect, test } from 'vitest';
import { createLogRecorder, openDirectory } from './launcher-fixture.ts';
import { openStorePerFile } from './open-store-per-file.ts';
import {
  createDeployedAction,
  createUser,
  sampleApi,
  sampleClient,
  sampleContent,
  sampleSigningKey,
} from './samples.ts';

const stores = openStorePerFile('secrets');
const { logger } = createLogRecorder();
const place = { tenantId: 't', table: 'clients', id: 'c' };

async function sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) {
  const client = new pg.Client(stores.get().connection);
  await client.connect();
  const { rows } = await client.query<Row>(text, values);
  await client.end();
  return rows;
}

test('SecretBox opens what it sealed, and each ciphertext is another', async () => {
  const box = createSecretBox(randomBytes(32));
  const [one, two] = [await box.encrypt('hunter2', place), await box.encrypt('hunter2', place)];
  expect(one).not.toBe(two);
  expect(await box.decrypt(one, place)).toBe('hunter2');
  const [header = ''] = one.split('.');
  expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({
    alg: 'A256GCMKW',
    enc: 'A256GCM',
    kid: box.keyId,
  });
});

test.for([
  ['tenant', { ...place, tenantId: 'other' }],
  ['table', { ...place, table: 'resource_servers' }],
  ['row', { ...place, id: 'other' }],
] as const)('SecretBox refuses a ciphertext of another %s', async ([, elsewhere]) => {
  const box = createSecretBox(randomBytes(32));
  const ciphertext = await box.encrypt('hunter2', place);
  await expect(box.decrypt(ciphertext, elsewhere)).rejects.toThrow(/belongs to another row/);
});

test('SecretBox refuses what was changed, and what another key made', async () => {
  const box = createSecretBox(randomBytes(32));
  const ciphertext = await box.encrypt('hunter2', place);
  const parts = ciphertext.split('.');
  for (const [at, part] of parts.entries()) {
    const changed = parts.with(at, `${part.startsWith('A') ? 'B' : 'A'}${part.slice(1)}`).join('.');
    await expect(box.decrypt(changed, place)).rejects.toThrow(/cannot be decrypted/);
  }
  const other = createSecretBox(randomBytes(32));
  expect(other.keyId).not.toBe(box.keyId);
  await expect(other.decrypt(ciphertext, place)).rejects.toThrow(/cannot be decrypted/);
  expect(() => createSecretBox(randomBytes(16))).toThrow(/16 bytes/);
});

test('a ciphertext that is moved to another row or tenant is refused there', async () => {
  const tenant = await stores.createTenant();
  const other = await stores.createTenant();
  const [one, two] = [sampleClient(), sampleClient()];
  await tenant.clients.create(one);
  await tenant.clients.create(two);
  await other.clients.create(one);
  const move = (toTenant: string, to: string) =>
    sql(
      `UPDATE clients SET client_secret = (SELECT client_secret FROM clients WHERE tenant_id = $1
       AND client_id = $2) WHERE tenant_id = $3 AND client_id = $4`,
      [tenant.tenantId, one.clientId, toTenant, to],
    );
  await move(tenant.tenantId, two.clientId);
  await move(other.tenantId, one.clientId);
  await expect(tenant.clients.find(two.clientId)).rejects.toThrow(/belongs to another row/);
  await expect(other.clients.find(one.clientId)).rejects.toThrow(/belongs to another row/);
  expect((await tenant.clients.find(one.clientId))?.clientSecret).toBe(one.clientSecret);
});

test('secrets of a draft do not open in a version, nor a payload in another artefact', async () => {
  const tenant = await stores.createTenant();
  const { action, version } = await createDeployedAction(tenant);
  await sql(
    `UPDATE action_versions SET secrets = (SELECT secrets FROM actions WHERE id = $1) WHERE id = $2`,
    [action.id, version.id],
  );
  await expect(tenant.actions.findVersion(action.id, version.id)).rejects.toThrow(/another row/);

  await tenant.oidcModels.upsert('RefreshToken', 'poor', { scope: 'openid' }, 60);
  await tenant.oidcModels.upsert('RefreshToken', 'rich', { scope: 'openid admin' }, 60);
  await sql(
    `UPDATE oidc_refresh_tokens a SET payload = b.payload FROM oidc_refresh_tokens b
     WHERE a.tenant_id = $1 AND b.tenant_id = $1 AND a.id_hash <> b.id_hash`,
    [tenant.tenantId],
  );
  await expect(tenant.oidcModels.find('RefreshToken', 'poor')).rejects.toThrow();
  await expect(tenant.oidcModels.find('RefreshToken', 'rich')).rejects.toThrow();
});

test('no secret, token, code or id of one stands anywhere in the database', async () => {
  const { store } = stores.get();
  const tenant = await stores.createTenant();
  const planted = (what: string) => `planted-${what}-${randomBytes(12).toString('hex')}`;
  const secrets = {
    client: planted('client'),
    api: planted('api'),
    key: planted('key'),
    action: planted('action'),
    code: planted('code'),
    session: planted('session'),
    uid: planted('uid'),
    userCode: planted('user-code'),
    grant: planted('grant'),
    challenge: planted('challenge'),
    email: planted('limit-key'),
  };
  await tenant.clients.create(sampleClient({ clientSecret: secrets.client }));
  await tenant.resourceServers.create(sampleApi({ signingSecret: secrets.api }));
  await tenant.signingKeys.create(sampleSigningKey({ privateJwk: { kty: 'RSA', d: secrets.key } }));
  const actionSecrets = [{ name: 'KEY', value: secrets.action, updatedAt: new Date() }];
  await createDeployedAction(tenant, sampleContent({ secrets: actionSecrets }));
  await createUser(tenant);
  const { session, uid, grant: grantId, code, userCode, challenge } = secrets;
  await tenant.oidcModels.upsert('Session', session, { jti: session, uid }, 60);
  await tenant.oidcModels.upsert('Grant', grantId, { jti: grantId }, 60);
  await tenant.oidcModels.upsert('AuthorizationCode', code, { jti: code, grantId, challenge }, 60);
  const interaction = { session: { uid, cookie: session }, returnTo: `https://a.example/${code}` };
  await tenant.oidcModels.upsert('Interaction', code, interaction, 60);
  await tenant.oidcModels.upsert('DeviceCode', code, { jti: code, userCode }, 60);
  await store.rateLimits.consume(secrets.email, 60);

  const dump = await dumpDatabase();
  // The dump is a dump: what is not secret can be found.
  expect(dump).toContain(tenant.tenantId);
  for (const [what, secret] of Object.entries(secrets)) {
    for (const form of ['utf8', 'hex', 'base64', 'base64url'] as const) {
      // Without the last characters, which depend on what follows in base64.
      const needle = Buffer.from(secret).toString(form).slice(0, -4);
      expect(dump.includes(needle), `${what} as ${form}`).toBe(false);
    }
  }
});

async function dumpDatabase(): Promise<string> {
  const tables = await sql<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_schema IN ('public', 'drizzle')`,
  );
  expect(tables.length).toBeGreaterThan(20);
  const rows = [];
  for (const { name } of tables)
    rows.push(...(await sql<{ t: string }>(`SELECT t::text FROM ${name} t`)));
  return rows.map(({ t }) => t).join('\n');
}

test('openStore() refuses another master key than the database was written with', async () => {
  const { connection, masterKey } = stores.get();
  const open = (key: Uint8Array) =>
    openStore({ connection, masterKey: key, logger, skipMigrations: true });
  await expect(open(randomBytes(32))).rejects.toMatchObject({
    code: 'database_unavailable',
    message: expect.stringContaining('another master key'),
  });
  await (await open(masterKey)).close();
});

test('openStore() of two first starts with different keys lets one of them win', async () => {
  const { connection } = stores.get();
  await sql('DELETE FROM master_keys');
  const outcomes = await Promise.allSettled(
    Array.from({ length: 4 }, () =>
      openStore({ connection, masterKey: randomBytes(32), logger, skipMigrations: true }),
    ),
  );
  expect(await sql('SELECT key_id FROM master_keys')).toHaveLength(1);
  const opened = outcomes.filter((outcome) => outcome.status === 'fulfilled');
  expect(opened).toHaveLength(1);
  await Promise.all(opened.map(({ value }) => value.close()));
});

test('loadOrCreateMasterKey() makes one key for all, readable by the owner only', async () => {
  await using directory = await openDirectory();
  const path = join(directory.path, 'keys', 'master.key');
  const keys = await Promise.all(Array.from({ length: 10 }, () => loadOrCreateMasterKey(path)));
  expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1);
  expect(keys[0]).toHaveLength(32);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(parseMasterKey(await readFile(path, 'utf8'))).toEqual(keys[0]);
});

test('loadOrCreateMasterKey() refuses a file that others may read, and one that holds no key', async () => {
  await using directory = await openDirectory();
  const path = join(directory.path, 'master.key');
  await loadOrCreateMasterKey(path);
  await chmod(path, 0o640);
  await expect(loadOrCreateMasterKey(path)).rejects.toThrow(/mode 0640.*chmod 600/);
  await chmod(path, 0o600);
  for (const text of ['', 'c2hvcnQ=', 'not base64 at all, but long enough to be 32 bytes of it']) {
    await writeFile(path, text);
    const loading = loadOrCreateMasterKey(path);
    await expect(loading).rejects.toThrow(/not base64 of 32 bytes/);
    if (text !== '') await expect(loading).rejects.not.toThrow(text);
  }
});
