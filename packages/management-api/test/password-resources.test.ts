import { createHash, createHmac, pbkdf2Sync, scryptSync } from 'node:crypto';
import { hash as hashArgon2 } from '@node-rs/argon2';
import { hash as hashBcrypt } from '@node-rs/bcrypt';
import { createAccounts } from '@tessera/accounts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestManagement } from './harness/open-management.ts';

const PASSWORD = 'Correct-horse-7';
const HOST = 'https://id.example.com';

let management: TestManagement;
let connection: { readonly id: string; readonly name: string };
beforeAll(async () => {
  management = await TestManagement.open('password-resources');
  connection = await management.ok('POST', 'connections', {
    ...{ name: 'people', strategy: 'auth0', options: { passwordPolicy: 'none' } },
  });
});
afterAll(() => management[Symbol.asyncDispose]());

let nextUser = 0;
async function addUser() {
  nextUser += 1;
  const email = `user-${nextUser}@example.com`;
  const body = { connection: 'people', email, password: PASSWORD };
  return management.ok('POST', 'users', body);
}

describe('POST /tickets/password-change', () => {
  test('makes a link that leads to the page of the reset', async () => {
    const { user_id } = await addUser();
    const { ticket } = await management.ok('POST', 'tickets/password-change', { user_id });
    expect(ticket).toMatch(new RegExp(`^${HOST}/u/reset-verify\\?ticket=[A-Za-z0-9_-]{43}#$`));
    const key = new URL(ticket).searchParams.get('ticket') ?? '';
    const stored = await management.storeOf().tickets.find('password-reset', key);
    expect(stored).toMatchObject({ userId: user_id, payload: { markEmailAsVerified: false } });
    const days = ((stored?.expiresAt.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(4.9);
    expect(days).toBeLessThan(5.1);
  });

  test('finds the user by address and connection, and takes what it is told', async () => {
    const { email, user_id } = await addUser();
    const { ticket } = await management.ok('POST', 'tickets/password-change', {
      ...{ connection_id: connection.id, email, ttl_sec: 60, mark_email_as_verified: true },
      ...{ result_url: 'https://shop.example.com/done', includeEmailInRedirect: true },
    });
    const key = new URL(ticket).searchParams.get('ticket') ?? '';
    expect(await management.storeOf().tickets.find('password-reset', key)).toMatchObject({
      userId: user_id,
      payload: {
        resultUrl: 'https://shop.example.com/done',
        includeEmailInRedirect: true,
        markEmailAsVerified: true,
      },
    });
  });

  test.for([
    ['nobody', {}, 400],
    ['user and address', { user_id: 'auth0|1', email: 'a@example.com' }, 400],
    ['address without connection', { email: 'a@example.com' }, 400],
    ['an unknown user', { user_id: 'auth0|unknown' }, 404],
    ['a lifetime without end', { user_id: 'auth0|1', ttl_sec: 1e9 }, 400],
    ['a result URL that runs code', { user_id: 'auth0|1', result_url: 'javascript:alert(1)' }, 400],
    ['an unknown application', { user_id: 'auth0|1', client_id: 'x' }, 404],
    ['a member that nobody knows', { user_id: 'auth0|1', force: true }, 400],
  ] as const)('refuses %s', async ([, body, status]) => {
    const answer = await management.request('POST', 'tickets/password-change', { body });
    expect(answer.status).toBe(status);
  });
});

describe('POST /tickets/email-verification and /jobs/verification-email', () => {
  test('make a link for the user', async () => {
    const { user_id } = await addUser();
    const { ticket } = await management.ok('POST', 'tickets/email-verification', { user_id });
    expect(ticket).toContain(`${HOST}/u/email-verification?ticket=`);
    const job = await management.ok('POST', 'jobs/verification-email', { user_id });
    expect(job).toMatchObject({ type: 'verification_email', id: expect.stringMatching(/^job_/) });
    expect(await management.ok('GET', `jobs/${job.id}`)).toMatchObject({ status: 'completed' });
    expect((await management.request('GET', `jobs/${job.id}/errors`)).status).toBe(204);
  });

  test('refuse an unknown user', async () => {
    const body = { user_id: 'auth0|unknown' };
    for (const path of ['tickets/email-verification', 'jobs/verification-email']) {
      expect((await management.request('POST', path, { body })).status).toBe(404);
    }
  });
});

/** Sends a file of users as programs do. */
async function importUsers(users: unknown, fields: Record<string, string> = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ connection_id: connection.id, ...fields })) {
    form.append(name, value);
  }
  const text = typeof users === 'string' ? users : JSON.stringify(users);
  form.append('users', new Blob([text]), 'users.json');
  const request = new Request('http://localhost', { method: 'POST', body: form });
  const contentType = request.headers.get('content-type') ?? '';
  const raw = await request.text();
  return management.request('POST', 'jobs/users-imports', { raw, contentType });
}

async function logIn(email: string, password: string): Promise<boolean> {
  const store = management.storeOf();
  const tenant = management.tenant();
  const noMessages = { sendEmail: async () => undefined, sendPhoneMessage: async () => undefined };
  const accounts = createAccounts({
    pipeline: { hasActions: async () => false, run: () => Promise.reject(new Error('no actions')) },
    jobs: { enqueue: async () => undefined },
    rateLimits: management.store.rateLimits,
    clock: { now: () => new Date() },
    randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
    logger: management.logger,
    messages: noMessages,
    argon2: { memoryKiB: 8, iterations: 1 },
  });
  const found = await store.connections.find(connection.id);
  if (found === undefined) throw new Error('no connection');
  const request = { ip: '192.0.2.9', method: 'POST', hostname: 'x', query: {}, body: {} };
  return accounts
    .logIn(
      { tenant, store, baseUrl: `${HOST}/`, request },
      { connection: found, identifier: email, password },
    )
    .then(
      () => true,
      () => false,
    );
}

const digest = (algorithm: string, text: string | Buffer) =>
  createHash(algorithm).update(text).digest();
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replace(/=+$/, '');
const salt = Buffer.from('0123456789abcdef');

/** One of each kind, made by libraries that are not under test. */
async function sampleHashes(): Promise<Record<string, object>> {
  const key = pbkdf2Sync(PASSWORD, salt, 1000, 32, 'sha512');
  const scryptKey = scryptSync(PASSWORD, salt, 64, {
    cost: 1024,
    blockSize: 8,
    parallelization: 1,
  });
  return {
    bcrypt: { algorithm: 'bcrypt', hash: { value: await hashBcrypt(PASSWORD, { cost: 4 }) } },
    argon2: {
      algorithm: 'argon2',
      hash: {
        value: await hashArgon2(PASSWORD, { memoryCost: 64, timeCost: 1 }),
        encoding: 'utf8',
      },
    },
    pbkdf2: {
      algorithm: 'pbkdf2',
      hash: {
        value: `$pbkdf2-sha512$i=1000,l=32$${base64(salt)}$${base64(key)}`,
        encoding: 'utf8',
      },
    },
    'scrypt (PHC)': {
      algorithm: 'scrypt',
      hash: { value: `$scrypt$ln=10,r=8,p=1$${base64(salt)}$${base64(scryptKey)}` },
    },
    'scrypt (parameters)': {
      algorithm: 'scrypt',
      hash: { value: scryptKey.toString('hex'), encoding: 'hex' },
      salt: { value: salt.toString('hex'), encoding: 'hex' },
      ...{ keylen: 64, cost: 1024, blockSize: 8, parallelization: 1 },
    },
    md5: {
      algorithm: 'md5',
      hash: { value: digest('md5', PASSWORD).toString('hex'), encoding: 'hex' },
    },
    'sha256, salt before': {
      algorithm: 'sha256',
      hash: { value: digest('sha256', `salt${PASSWORD}`).toString('base64'), encoding: 'base64' },
      salt: { value: 'salt' },
    },
    'sha512, salt behind': {
      algorithm: 'sha512',
      hash: { value: digest('sha512', `${PASSWORD}salt`).toString('hex'), encoding: 'hex' },
      salt: { value: 'salt', position: 'suffix' },
    },
    'sha1 of UTF-16': {
      algorithm: 'sha1',
      hash: { value: digest('sha1', Buffer.from(PASSWORD, 'utf16le')).toString('hex') },
      password: { encoding: 'utf16le' },
    },
    hmac: {
      algorithm: 'hmac',
      hash: {
        value: createHmac('sha256', 'key').update(PASSWORD).digest('hex'),
        ...{ encoding: 'hex', digest: 'sha256', key: { value: 'key' } },
      },
    },
    ldap: {
      algorithm: 'ldap',
      hash: {
        value: `{SSHA}${Buffer.concat([digest('sha1', Buffer.concat([Buffer.from(PASSWORD), salt])), salt]).toString('base64')}`,
      },
    },
  };
}

describe('POST /jobs/users-imports', () => {
  test('imports every kind of hash; the first right login makes it our own', async () => {
    const hashes = Object.entries(await sampleHashes());
    const users = hashes.map(([, custom_password_hash], index) => ({
      ...{ email: `imported-${index}@example.com`, email_verified: true, custom_password_hash },
    }));
    const answer = await importUsers(users);
    expect(answer.status).toBe(202);
    const job = await management.ok('GET', `jobs/${answer.body.id}`);
    const total = users.length;
    expect(job).toMatchObject({
      status: 'completed',
      summary: { failed: 0, updated: 0, inserted: total, total },
    });
    const store = management.storeOf();
    for (const [index, [name]] of hashes.entries()) {
      const email = `imported-${index}@example.com`;
      expect({ name, wrong: await logIn(email, `${PASSWORD}!`) }).toEqual({ name, wrong: false });
      expect({ name, right: await logIn(email, PASSWORD) }).toEqual({ name, right: true });
      const user = await store.users.findByIdentifier('people', { email });
      const own = await store.users.findPasswordHash(user?.userId ?? '');
      expect({ name, own: own?.slice(0, 10) }).toEqual({ name, own: '$argon2id$' });
      expect(await logIn(email, PASSWORD)).toBe(true);
    }
  });

  test.for([
    ['bcrypt', { value: `$2b$31$${'a'.repeat(53)}` }],
    ['argon2', { value: '$argon2id$v=19$m=4194304,t=3,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo' }],
    ['argon2', { value: '$argon2id$v=19$m=1024,t=4000000000,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo' }],
    ['pbkdf2', { value: '$pbkdf2-sha512$i=2000000000,l=4$c2FsdA$aGFzaA' }],
    ['scrypt', { value: '$scrypt$ln=30,r=8,p=1$c2FsdA$aGFzaA' }],
    ['scrypt', { value: '$scrypt$ln=10,r=64,p=64000$c2FsdA$aGFzaA' }],
    ['md5', { value: 'a'.repeat(100_000) }],
    // Each number is within its limit, the work is not.
    ['argon2', { value: `$argon2id$v=19$m=262144,t=10,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo` }],
    ['scrypt', { value: '$scrypt$ln=18,r=8,p=4$c2FsdA$aGFzaA' }],
    ['pbkdf2', { value: `$pbkdf2-sha1$i=1000000$c2FsdA$${'aGFz'.repeat(170)}` }],
    // What the libraries refuse to verify.
    ['argon2', { value: '$argon2id$v=19$m=0,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo' }],
    ['argon2', { value: '$argon2id$v=19$m=8,t=1,p=16$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo' }],
    ['argon2', { value: '$argon2id$v=19$m=8,t=0,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo' }],
    ['argon2', { value: '$argon2id$v=99$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo' }],
    ['argon2', { value: '$argon2id$v=19$m=8,t=1,p=1$YQ$aGFzaGhhc2hoYXNo' }],
    ['argon2', { value: '$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$YQ' }],
    ['bcrypt', { value: `$2b$00$${'a'.repeat(53)}` }],
    ['scrypt', { value: '$scrypt$ln=0,r=8,p=1$c2FsdA$aGFzaA' }],
    ['scrypt', { value: '$scrypt$ln=16,r=1,p=1$c2FsdA$aGFzaA' }],
    ['unknown', { value: 'something else' }],
  ] as const)(
    'refuses a hash of %s that would cost too much, or that nobody can verify',
    async ([algorithm, hash]) => {
      const row = { email: 'costly@example.com', custom_password_hash: { algorithm, hash } };
      const answer = await importUsers([row]);
      const errors = await management.ok('GET', `jobs/${answer.body.id}/errors`);
      expect(errors).toHaveLength(1);
      expect(errors[0].errors[0]).toMatchObject({ code: 'INVALID_FORMAT' });
      expect(JSON.stringify(errors)).not.toContain(hash.value.slice(0, 40));
      const known = await management.storeOf().users.findByIdentifier('people', {
        email: 'costly@example.com',
      });
      expect(known).toBeUndefined();
    },
  );

  test('tells what is wrong with each row, and imports the others', async () => {
    const { email } = await addUser();
    const answer = await importUsers([
      { email: 'fine@example.com', app_metadata: { plan: 'gold' } },
      { email: 'not an address' },
      { email },
      'no object',
      { name: 'Nobody' },
      { email: 'typo@example.com', is_admin: true },
    ]);
    const job = await management.ok('GET', `jobs/${answer.body.id}`);
    expect(job.summary).toEqual({ failed: 5, updated: 0, inserted: 1, total: 6 });
    const errors = await management.ok('GET', `jobs/${answer.body.id}/errors`);
    const codes = errors.map((row: { errors: { code: string }[] }) => row.errors[0]?.code);
    expect(codes).toEqual([
      'INVALID_FORMAT',
      'DUPLICATED_USER',
      'INVALID_FORMAT',
      'INVALID_FORMAT',
      'INVALID_FORMAT',
    ]);
  });

  test('a row that nothing can keep is one error among the others', async () => {
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
    const rows = [
      String.raw`{"email":"nul@example.com","user_metadata":{"a":"\u0000"}}`,
      String.raw`{"email":"half@example.com","name":"a\ud800b"}`,
      String.raw`{"email":"id@example.com","user_id":"a\ud800"}`,
      String.raw`{"email":"unknown@example.com","\u0000":1}`,
      `{"email":"deep@example.com","app_metadata":${deep}}`,
      '{"email":"kept@example.com"}',
    ];
    const answer = await importUsers(`[${rows.join(',')}]`);
    const job = await management.ok('GET', `jobs/${answer.body.id}`);
    expect(job).toMatchObject({
      status: 'completed',
      summary: { failed: 5, updated: 0, inserted: 1, total: 6 },
    });
    const errors = await management.ok('GET', `jobs/${answer.body.id}/errors`);
    expect(errors).toHaveLength(5);
    for (const row of errors) expect(row.errors[0]).toMatchObject({ code: 'INVALID_FORMAT' });
  });

  test('changes users that are there with upsert, but never their passwords', async () => {
    const { email, user_id } = await addUser();
    const row = {
      email,
      name: 'Changed',
      user_metadata: { a: 1 },
      custom_password_hash: {
        algorithm: 'md5',
        hash: { value: digest('md5', 'stolen').toString('hex') },
      },
    };
    const answer = await importUsers([row], { upsert: 'true' });
    const job = await management.ok('GET', `jobs/${answer.body.id}`);
    expect(job.summary).toEqual({ failed: 0, updated: 1, inserted: 0, total: 1 });
    expect(await management.ok('GET', `users/${encodeURIComponent(user_id)}`)).toMatchObject({
      name: 'Changed',
      user_metadata: { a: 1 },
    });
    expect(await logIn(email, 'stolen')).toBe(false);
    expect(await logIn(email, PASSWORD)).toBe(true);
  });

  test('takes an id that a linked account or a user elsewhere has for taken', async () => {
    const [primary, linked] = [await addUser(), await addUser()];
    const store = management.storeOf();
    await store.users.link(primary.user_id, linked.user_id);
    const elsewhere = await store.connections.create({
      ...{ id: 'con_elsewhere0000001', name: 'elsewhere', strategy: 'auth0', realms: [] },
      ...{ enabledClients: [], isDomainConnection: false, metadata: {}, options: {} },
    });
    const stranger = await store.users.create({
      ...{ userId: 'auth0|stranger', email: 'stranger@example.com', emailVerified: true },
      identities: [
        { connection: elsewhere.name, provider: 'auth0', userId: 'stranger', isSocial: false },
      ],
      ...{ userMetadata: {}, appMetadata: {}, blocked: false },
    });
    const rows = [
      { email: 'new-address@example.com', user_id: linked.user_id.slice('auth0|'.length) },
      { email: 'taken-over@example.com', user_id: 'stranger' },
      { email: 'also-imported@example.com' },
    ];
    const { body } = await importUsers(rows, { upsert: 'true' });
    expect(await management.ok('GET', `jobs/${body.id}`)).toMatchObject({
      status: 'completed',
      summary: { failed: 1, updated: 1, inserted: 1, total: 3 },
    });
    expect(await store.users.find(stranger.userId)).toEqual(stranger);
  });

  test.for([
    ['no JSON', '{"users":'],
    ['no list', '{"email":"a@example.com"}'],
  ] as const)('ends as failed with a file that is %s', async ([, file]) => {
    const answer = await importUsers(file);
    const job = await management.ok('GET', `jobs/${answer.body.id}`);
    expect(job).toMatchObject({
      status: 'failed',
      status_details: expect.stringContaining('JSON'),
    });
  });

  test('refuses a file beyond 512000 bytes, forms without file, and other content', async () => {
    const big = await importUsers(`[${' '.repeat(512_001)}]`);
    expect([big.status, big.body.message]).toEqual([
      413,
      'Payload content length greater than maximum allowed: 512000',
    ]);
    expect((await importUsers('[]', { connection_id: 'con_0123456789abcdef' })).status).toBe(400);
    expect((await importUsers('[]', { surprise: 'yes' })).status).toBe(400);
    const contentType = 'multipart/form-data; boundary=x';
    const raw = '--x\r\nbroken';
    const broken = await management.request('POST', 'jobs/users-imports', { raw, contentType });
    expect(broken.status).toBe(400);
    const elsewhere = await management.request('POST', 'roles', { raw, contentType });
    expect(elsewhere.status).toBe(415);
  });

  test('goes on where a worker died, and imports nobody twice', async () => {
    management.buildsRunAtOnce = false;
    try {
      const users = Array.from({ length: 120 }, (_, n) => ({ email: `batch-${n}@example.com` }));
      const { body } = await importUsers(users);
      const { createImportUsersHandler } = await import('@tessera/accounts');
      const handle = createImportUsersHandler({
        store: management.store,
        clock: { now: () => new Date() },
        randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
      });
      const job = {
        kind: 'import-users',
        tenantId: management.tenant().id,
        jobId: body.id,
      } as const;
      // Says "stop" after the first batch.
      let asked = 0;
      const signal = {
        get aborted() {
          asked += 1;
          return asked > 1;
        },
        addEventListener: () => undefined,
      };
      const attempt = { attempt: 1, isLast: false };
      await expect(handle(job, { ...attempt, signal })).rejects.toThrow('stopped');
      expect(await management.ok('GET', `jobs/${body.id}`)).toMatchObject({ status: 'processing' });
      await handle(job, { ...attempt, signal: new AbortController().signal });
      expect(await management.ok('GET', `jobs/${body.id}`)).toMatchObject({
        status: 'completed',
        summary: { inserted: 120, failed: 0, total: 120 },
      });
    } finally {
      management.queue.waiting.length;
      management.buildsRunAtOnce = true;
      await management.build();
    }
  });
});

describe('attack-protection', () => {
  test.for([
    [
      'brute-force-protection',
      { enabled: true, mode: 'count_per_identifier_and_ip', max_attempts: 10 },
    ],
    [
      'suspicious-ip-throttling',
      { enabled: true, stage: { 'pre-login': { max_attempts: 100, rate: 864_000 } } },
    ],
    ['breached-password-detection', { enabled: false, method: 'standard' }],
    ['bot-detection', { monitoring_mode_enabled: false }],
    ['captcha', { active_provider_id: 'simple_captcha' }],
  ] as const)('%s has the defaults of the hosted service', async ([name, expected]) => {
    expect(await management.ok('GET', `attack-protection/${name}`)).toMatchObject(expected);
  });

  test('changes what it is told, and leaves the rest', async () => {
    const path = 'attack-protection/suspicious-ip-throttling';
    await management.ok('PATCH', path, { stage: { 'pre-login': { max_attempts: 5 } } });
    await management.ok('PATCH', path, { allowlist: ['192.0.2.0/24', '2001:db8::1'] });
    expect(await management.ok('GET', path)).toMatchObject({
      allowlist: ['192.0.2.0/24', '2001:db8::1'],
      stage: {
        'pre-login': { max_attempts: 5, rate: 864_000 },
        'pre-user-registration': { max_attempts: 50, rate: 1200 },
      },
    });
    await management.ok('PATCH', path, {
      allowlist: [],
      stage: { 'pre-login': { max_attempts: 100 } },
    });
  });

  test.for([
    ['brute-force-protection', { max_attempts: 0 }],
    ['brute-force-protection', { allowlist: ['10.0.0.0/40'] }],
    ['brute-force-protection', { allowlist: ['*'] }],
    ['brute-force-protection', { shields: ['everything'] }],
    ['suspicious-ip-throttling', { stage: { 'pre-login': { rate: 1 } } }],
    ['breached-password-detection', { stage: { login: {} } }],
    ['bot-detection', { bot_detection_level: 'extreme' }],
    ['captcha', { active_provider_id: 'recaptcha_v2' }],
  ] as const)('%s refuses %j', async ([name, body]) => {
    const answer = await management.request('PATCH', `attack-protection/${name}`, { body });
    expect(answer.status).toBe(400);
  });

  test('an unblocked address is told as such; what is no address is refused', async () => {
    expect((await management.request('GET', 'anomaly/blocks/ips/198.51.100.1')).status).toBe(404);
    expect((await management.request('DELETE', 'anomaly/blocks/ips/198.51.100.1')).status).toBe(
      204,
    );
    expect((await management.request('GET', 'anomaly/blocks/ips/localhost')).status).toBe(400);
  });

  test('blocks of a user are told and lifted', async () => {
    const { email, user_id } = await addUser();
    for (let n = 0; n < 11; n += 1) await logIn(email, 'wrong');
    expect(await logIn(email, PASSWORD)).toBe(false);
    const path = `user-blocks/${encodeURIComponent(user_id)}`;
    const blocked_for = [{ identifier: email, ip: '192.0.2.9', connection: 'people' }];
    expect(await management.ok('GET', path)).toEqual({ blocked_for });
    const byName = `user-blocks?identifier=${encodeURIComponent(email)}`;
    expect(await management.ok('GET', byName)).toEqual({ blocked_for });
    expect((await management.request('DELETE', path)).status).toBe(204);
    expect(await management.ok('GET', path)).toEqual({ blocked_for: [] });
    expect(await logIn(email, PASSWORD)).toBe(true);
    expect((await management.request('GET', 'user-blocks/auth0%7Cunknown')).status).toBe(404);
  });
});
