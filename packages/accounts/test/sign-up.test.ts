import { AppError, type JsonObject } from '@tessera/model';
import { describe, expect, test } from 'vitest';
import {
  ACCOUNT_LIMITS,
  AccountInputError,
  type CreateUserInput,
  type SignUpInput,
  WeakPasswordError,
} from '../src/index.ts';
import { connectionWith, openAccounts, PASSWORD } from './open-accounts.ts';

type Changes = Partial<Omit<SignUpInput, 'connection'>>;

describe('Accounts.signUp()', () => {
  test('creates a user with an argon2id hash and fills in the profile', async () => {
    await using opened = await openAccounts('sign_up', { memoryKiB: 19_456, iterations: 2 });
    const { accounts, context, connection, store } = opened;

    const { user, executions } = await accounts.signUp(context, {
      connection,
      email: '  Ada@Example.COM ',
      password: PASSWORD,
      givenName: 'Ada',
      userMetadata: { plan: 'gold' },
    });

    expect(user).toMatchObject({
      userId: expect.stringMatching(/^auth0\|[0-9a-f]{24}$/),
      email: 'ada@example.com',
      emailVerified: false,
      name: 'ada@example.com',
      nickname: 'ada',
      givenName: 'Ada',
      picture: expect.stringMatching(/^https:\/\/s\.gravatar\.com\/avatar\/[0-9a-f]{32}\?/),
      userMetadata: { plan: 'gold' },
      appMetadata: {},
      blocked: false,
      loginsCount: 0,
      identities: [{ connection: 'people', provider: 'auth0', isSocial: false }],
    });
    expect(executions).toEqual([]);
    expect(await store.users.findPasswordHash(user.userId)).toMatch(
      /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/,
    );
    const [entry] = await opened.listLogs('ss');
    expect(entry).toMatchObject({
      userId: user.userId,
      userName: 'ada@example.com',
      ip: '192.0.2.1',
      details: { body: { connection: 'people', email: 'ada@example.com' } },
    });
    expect(await opened.listJobs()).toEqual([]);
  });

  const badInputs: [name: string, changes: Changes, field: string][] = [
    ['an address without @', { email: 'ada' }, 'email'],
    ['no address', { email: undefined as unknown as string }, 'email'],
    ['an address with a line break', { email: 'ada@example.com\r\nBcc: x@example.com' }, 'email'],
    ['an endless address', { email: `${'a'.repeat(250)}@example.com` }, 'email'],
    ['an empty password', { password: '' }, 'password'],
    ['a password beyond the limit', { password: 'aB3-'.repeat(1025) }, 'password'],
    ['a name with NUL', { name: 'a\0b' }, 'name'],
    ['a name with half of a surrogate pair', { name: 'a\ud800' }, 'name'],
    ['metadata with half of a surrogate pair', { userMetadata: { a: '\ud800' } }, 'userMetadata'],
    ['an endless name', { name: 'a'.repeat(301) }, 'name'],
    ['a script as picture', { picture: 'javascript:alert(1)' }, 'picture'],
    ['a username where there are none', { username: 'ada' }, 'username'],
    ['a nested metadata value', { userMetadata: { a: { b: 1 } } }, 'userMetadata'],
    ['a long metadata value', { userMetadata: { a: 'x'.repeat(501) } }, 'userMetadata'],
    [
      'eleven metadata members',
      { userMetadata: Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`k${n}`, 'v'])) },
      'userMetadata',
    ],
  ];

  test('refuses bad input, names the field, and leaves no user', async () => {
    await using opened = await openAccounts('sign_up_bad');
    const { accounts, context, connection, store } = opened;
    for (const [name, changes, field] of badInputs) {
      const input = { connection, email: 'ada@example.com', password: PASSWORD, ...changes };
      const error = await accounts.signUp(context, input).catch((refusal: unknown) => refusal);
      expect(error, name).toBeInstanceOf(AccountInputError);
      const problems = (error as AccountInputError).problems.map((problem) => problem.field);
      expect(problems, name).toContain(field);
    }
    expect((await store.users.list({ page: 0, perPage: 10 })).total).toBe(0);
    expect(await opened.listLogs('fs')).toHaveLength(badInputs.length);
  });

  test('refuses an address that is taken without saying so, before any action runs', async () => {
    await using opened = await openAccounts('sign_up_taken');
    const { accounts, context, connection, pipeline } = opened;
    pipeline.bound.add('pre-user-registration');
    const input = { connection, email: 'ada@example.com', password: PASSWORD };
    await accounts.signUp(context, input);

    await expect(
      accounts.signUp(context, { ...input, email: 'ADA@example.com' }),
    ).rejects.toMatchObject({ code: 'user_exists', message: 'Invalid sign up' });
    expect(pipeline.runs).toHaveLength(1);
    expect((await opened.listLogs('fs'))[0]).toMatchObject({ userName: 'ADA@example.com' });
  });

  test('creates one user however many signups come at once', async () => {
    await using opened = await openAccounts('sign_up_race');
    const { accounts, context, connection, store, pipeline } = opened;
    pipeline.bound.add('post-user-registration');
    const input = { connection, email: 'ada@example.com', password: PASSWORD };
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => accounts.signUp(context, input)),
    );

    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({ code: 'user_exists' });
    }
    expect((await store.users.list({ page: 0, perPage: 10 })).total).toBe(1);
    expect(await opened.listJobs()).toHaveLength(1);
  });

  test('refuses where signup is disabled', async () => {
    await using opened = await openAccounts('sign_up_disabled');
    const connection = connectionWith({ disable_signup: true });
    await expect(
      opened.accounts.signUp(opened.context, {
        connection,
        email: 'a@example.com',
        password: PASSWORD,
      }),
    ).rejects.toMatchObject({ code: 'signup_disabled' });
  });

  test('fails on options that nobody could have saved instead of guessing', async () => {
    await using opened = await openAccounts('sign_up_options');
    const connection = connectionWith({ passwordPolicy: 'whatever' });
    await expect(
      opened.accounts.signUp(opened.context, { connection, email: 'a@example.com', password: 'x' }),
    ).rejects.toThrow('Options of connection "people" are not valid');
  });

  test('limits signups of one address, whatever comes of them, and logs it once', async () => {
    await using opened = await openAccounts('sign_up_limit');
    const { accounts, contextFrom, connection } = opened;
    const input = { connection, email: 'no address', password: PASSWORD };
    const codes = await Promise.all(
      Array.from({ length: ACCOUNT_LIMITS.signUpsPerAddress + 5 }, () =>
        accounts.signUp(contextFrom('198.51.100.7'), input).catch((error: AppError) => error.code),
      ),
    );

    expect(codes.filter((code) => code === 'too_many_attempts')).toHaveLength(5);
    expect(await opened.listLogs('limit_mu')).toHaveLength(1);
    await expect(accounts.signUp(contextFrom('198.51.100.8'), input)).rejects.toMatchObject({
      code: 'invalid_body',
    });
  });

  test('puts no password into logs, events or jobs', async () => {
    await using opened = await openAccounts('sign_up_secret');
    const { accounts, context, connection, pipeline } = opened;
    pipeline.bound.add('pre-user-registration').add('post-user-registration');
    const input = { connection, email: 'ada@example.com', password: PASSWORD };
    await accounts.signUp(context, input);
    await accounts.signUp(context, input).catch(() => undefined);
    await accounts
      .logIn(context, { connection, identifier: PASSWORD, password: PASSWORD })
      .catch(() => undefined);

    const logs = await opened.listLogs('ss', 'fs', 'fu', 'fp');
    const seen = JSON.stringify([
      logs,
      pipeline.runs.map(({ event }) => event),
      await opened.listJobs(),
    ]);
    expect(logs).toHaveLength(3);
    expect(seen).not.toContain(PASSWORD);
  });
});

describe('Accounts.signUp() and its triggers', () => {
  test('lets pre-user-registration set metadata and promises post-user-registration', async () => {
    await using opened = await openAccounts('sign_up_triggers');
    const { accounts, context, connection, pipeline, tenant } = opened;
    pipeline.bound.add('pre-user-registration').add('post-user-registration');
    pipeline.effects = { userMetadata: { plan: 'gold', old: null }, appMetadata: { score: 7 } };

    const { user, executions } = await accounts.signUp(context, {
      connection,
      email: 'ada@example.com',
      password: PASSWORD,
      userMetadata: { old: 'x', kept: 'y' },
    });

    expect(user.userMetadata).toEqual({ kept: 'y', plan: 'gold' });
    expect(user.appMetadata).toEqual({ score: 7 });
    expect(pipeline.runs).toMatchObject([
      { triggerId: 'pre-user-registration', timeoutMs: 20_000 },
    ]);
    const jobs = await opened.listJobs();
    expect(jobs).toMatchObject([
      {
        kind: 'run-trigger',
        tenantId: tenant.id,
        triggerId: 'post-user-registration',
        event: { user: { user_id: user.userId, email: 'ada@example.com' } },
      },
    ]);
    expect(executions).toEqual(['run-1', jobs[0]?.executionId]);
    const [entry] = await opened.listLogs('ss');
    expect(entry?.details).toMatchObject({ actions: { executions } });
  });

  const refusals: [name: string, end: object, refusal: object, logged: string][] = [
    [
      'a denial: the person reads one text, the log has the other',
      { kind: 'denied', reason: 'score 7', userMessage: 'Not you' },
      { code: 'signup_refused', message: 'Not you', validationCode: undefined },
      'score 7',
    ],
    [
      'a validation error',
      { kind: 'invalid', code: 'bad_name', message: 'No numbers, please' },
      { code: 'signup_refused', message: 'No numbers, please', validationCode: 'bad_name' },
      'No numbers, please',
    ],
    [
      'a broken action: closed',
      { kind: 'failed', message: 'x is not a function' },
      { code: 'action_failed', message: 'x is not a function' },
      'x is not a function',
    ],
  ];

  test.for(refusals)('stops at %s', async ([, end, refusal, logged]) => {
    await using opened = await openAccounts('sign_up_refused');
    const { accounts, context, connection, pipeline, store } = opened;
    pipeline.bound.add('pre-user-registration').add('post-user-registration');
    pipeline.end = end as typeof pipeline.end;

    const input = { connection, email: 'ada@example.com', password: PASSWORD };
    await expect(accounts.signUp(context, input)).rejects.toMatchObject(refusal);
    expect((await store.users.list({ page: 0, perPage: 10 })).total).toBe(0);
    expect(await opened.listJobs()).toEqual([]);
    const [entry] = await opened.listLogs('fs');
    expect(entry).toMatchObject({
      description: logged,
      details: { actions: { executions: ['run-1'] } },
    });
  });

  test('creates nobody when the sandbox is not available', async () => {
    await using opened = await openAccounts('sign_up_no_sandbox');
    const { accounts, context, connection, pipeline, store } = opened;
    pipeline.bound.add('pre-user-registration');
    pipeline.end = new AppError('sandbox_unavailable', 'No sandbox.');
    const input = { connection, email: 'ada@example.com', password: PASSWORD };
    await expect(accounts.signUp(context, input)).rejects.toMatchObject({
      code: 'sandbox_unavailable',
    });
    expect((await store.users.list({ page: 0, perPage: 10 })).total).toBe(0);
  });

  test('leaves neither user nor job nor entry when enqueueing fails', async () => {
    await using opened = await openAccounts('sign_up_atomic');
    const { accounts, context, connection, pipeline, jobs, store } = opened;
    pipeline.bound.add('post-user-registration');
    jobs.failure = new Error('queue broke');
    const input = { connection, email: 'ada@example.com', password: PASSWORD };

    await expect(accounts.signUp(context, input)).rejects.toThrow('queue broke');
    expect((await store.users.list({ page: 0, perPage: 10 })).total).toBe(0);
    expect(await opened.listJobs()).toEqual([]);
    expect(await opened.listLogs('ss')).toEqual([]);
  });
});

const GOOD = 'passwordPolicy' as const;
const rulesCases: [name: string, options: JsonObject, password: string, broken: string[]][] = [
  ['none takes one character', { [GOOD]: 'none' }, 'x', []],
  ['low wants six', { [GOOD]: 'low' }, 'abcde', ['lengthAtLeast']],
  ['low takes any six', { [GOOD]: 'low' }, 'aaaaaa', []],
  ['fair wants three kinds', { [GOOD]: 'fair' }, 'abcdefg1', ['shouldContain']],
  ['fair takes them', { [GOOD]: 'fair' }, 'abcdeF12', []],
  ['good is what counts without options', {}, 'abcdefgh', ['containsAtLeast']],
  ['good takes three of four', {}, 'abcdef1!', []],
  ['good wants eight', { [GOOD]: 'good' }, 'aB3-', ['lengthAtLeast']],
  ['excellent wants no three in a row', { [GOOD]: 'excellent' }, 'aaaB3-xyzw', ['identicalChars']],
  ['excellent wants ten', { [GOOD]: 'excellent' }, 'aB3-aB3-a', ['lengthAtLeast']],
  [
    'min_length replaces the level’s',
    { [GOOD]: 'low', password_complexity_options: { min_length: 12 } },
    'abcdefghijk',
    ['lengthAtLeast'],
  ],
  ['characters are counted, not code units', { [GOOD]: 'low' }, '😀😀😀😀😀', ['lengthAtLeast']],
  [
    'the dictionary knows common passwords',
    { [GOOD]: 'none', password_dictionary: { enable: true } },
    'Password1',
    ['notCommon'],
  ],
  [
    'the dictionary has the tenant’s words',
    { [GOOD]: 'none', password_dictionary: { enable: true, dictionary: ['Northwind'] } },
    'northwind',
    ['notCommon'],
  ],
  [
    'personal information is refused',
    { [GOOD]: 'none', password_no_personal_info: { enable: true } },
    'my-lovelace-9',
    ['noPersonalInfo'],
  ],
  [
    'password_options replace the level',
    { password_options: { complexity: { min_length: 4, character_types: ['special'] } } },
    'abcd',
    ['shouldContain'],
  ],
  [
    'password_options refuse sequences',
    {
      password_options: {
        complexity: {
          min_length: 4,
          sequential_characters: 'block',
          identical_characters: 'block',
        },
      },
    },
    'xabcxx',
    ['sequentialChars'],
  ],
];

test('Accounts.signUp() holds passwords against the connection’s policy', async () => {
  await using opened = await openAccounts('sign_up_policy');
  const { accounts, contextFrom } = opened;
  for (const [index, [name, options, password, broken]] of rulesCases.entries()) {
    const input = {
      connection: connectionWith(options),
      email: `lovelace${index}@example.com`,
      password,
      familyName: 'Lovelace',
    };
    const outcome = await accounts
      .signUp(contextFrom(`192.0.2.${index}`), input)
      .catch((error: unknown) => error);
    const rules = outcome instanceof WeakPasswordError ? outcome.rules : [];
    expect(
      rules.filter((rule) => !rule.isMet).map((rule) => rule.code),
      name,
    ).toEqual(broken);
    if (broken.length === 0) expect(outcome, name).toHaveProperty('user');
  }
});

describe('Accounts.createUser()', () => {
  const base = { email: 'ada@example.com', password: PASSWORD };

  test('takes what only administrators may set, also with signup disabled', async () => {
    await using opened = await openAccounts('create_user');
    const connection = connectionWith({ disable_signup: true });
    const { user } = await opened.accounts.createUser(opened.context, {
      ...base,
      connection,
      userId: 'ada-1',
      emailVerified: true,
      blocked: true,
      appMetadata: { roles: ['a', { deep: true }] },
    });
    expect(user).toMatchObject({
      userId: 'auth0|ada-1',
      emailVerified: true,
      blocked: true,
      appMetadata: { roles: ['a', { deep: true }] },
    });
  });

  test('runs the registration triggers', async () => {
    await using opened = await openAccounts('create_user_triggers');
    const { accounts, context, connection, pipeline } = opened;
    pipeline.bound.add('pre-user-registration').add('post-user-registration');
    const { executions } = await accounts.createUser(context, { ...base, connection });
    expect(executions).toHaveLength(2);
    expect(await opened.listJobs()).toHaveLength(1);
  });

  test('says plainly that a user exists', async () => {
    await using opened = await openAccounts('create_user_taken');
    const { accounts, context, connection } = opened;
    await accounts.createUser(context, { ...base, connection });
    await expect(accounts.createUser(context, { ...base, connection })).rejects.toMatchObject({
      code: 'user_exists',
      message: 'The user already exists.',
    });
    await accounts.createUser(context, {
      ...base,
      connection,
      email: 'b@example.com',
      userId: 'b',
    });
    await expect(
      accounts.createUser(context, { ...base, connection, email: 'c@example.com', userId: 'b' }),
    ).rejects.toMatchObject({ code: 'user_exists' });
  });

  const refused: [name: string, changes: Partial<CreateUserInput>][] = [
    ['an id with white space', { userId: 'a b' }],
    ['an empty id', { userId: '' }],
    ['metadata beyond the limit', { appMetadata: { a: 'x'.repeat(ACCOUNT_LIMITS.metadataBytes) } }],
    ['metadata with NUL', { userMetadata: { a: ['\0'] } }],
    [
      'endlessly nested metadata',
      { userMetadata: JSON.parse(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`) },
    ],
    ['no password', { password: undefined as unknown as string }],
  ];
  test.for(refused)('refuses %s', async ([, changes]) => {
    await using opened = await openAccounts('create_user_bad');
    const { accounts, context, connection } = opened;
    await expect(
      accounts.createUser(context, { ...base, connection, ...changes }),
    ).rejects.toBeInstanceOf(AccountInputError);
  });

  test('takes usernames and phone numbers where the connection has them', async () => {
    await using opened = await openAccounts('create_user_ids');
    const { accounts, context } = opened;
    const legacy = connectionWith({
      requires_username: true,
      validation: { username: { min: 3, max: 8 } },
    });
    await accounts.createUser(context, { ...base, connection: legacy, username: 'ada' });
    for (const username of [undefined, 'ab', 'much-too-long', 'ada@example.com', 'a b c', 'ädä']) {
      const input = {
        ...base,
        email: 'b@example.com',
        connection: legacy,
        ...(username && { username }),
      };
      await expect(accounts.createUser(context, input), username).rejects.toBeInstanceOf(
        AccountInputError,
      );
    }
    const flexible = connectionWith({
      attributes: {
        username: { identifier: { active: true }, signup: { status: 'optional' } },
        phone_number: { identifier: { active: true }, signup: { status: 'required' } },
      },
    });
    const { user } = await accounts.createUser(context, {
      connection: flexible,
      password: PASSWORD,
      phoneNumber: '+12345678900',
    });
    expect(user).toMatchObject({ phoneNumber: '+12345678900', phoneVerified: false });
    expect(user.email).toBeUndefined();
  });
});
