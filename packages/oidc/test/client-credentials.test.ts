import { AppError } from '@tessera/model';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CLIENT_SECRET } from './support/entities.ts';
import { completed, denied, failed, suspended } from './support/fake-pipeline.ts';
import {
  type Answer,
  claimsOf,
  headerOf,
  logsOf,
  logTypesOf,
  postForm,
  postJson,
} from './support/flows.ts';
import { startOidc, type TestOidc } from './support/start-oidc.ts';

const API = 'https://api.example.com/';

describe('client credentials', () => {
  let server: TestOidc;
  let tokenUrl: string;

  beforeAll(async () => {
    server = await startOidc('machine');
    tokenUrl = `${server.main.url}/oauth/token`;
    await server.main.addClient({ clientId: 'machine', type: 'non_interactive', callbacks: [] });
    await server.main.addClient({
      clientId: 'basic',
      tokenEndpointAuthMethod: 'client_secret_basic',
      callbacks: [],
    });
    await server.main.addClient({
      clientId: 'public',
      type: 'spa',
      tokenEndpointAuthMethod: 'none',
    });
    await server.main.addClient({ clientId: 'web-only', grantTypes: ['authorization_code'] });
    await server.main.addApi({ identifier: API });
    await server.main.addApi({ identifier: 'my-api', tokenLifetimeSeconds: 60 });
    await server.main.addApi({ identifier: 'ungranted' });
    for (const [at, audience] of [API, 'my-api'].entries()) {
      for (const clientId of ['machine', 'basic', 'public']) {
        await server.main.store.clientGrants.create({
          id: `cgr_${clientId}${at}`,
          clientId,
          audience,
          scope: ['read:items', 'write:items'],
          extra: {},
        });
      }
    }
  });
  afterAll(() => server[Symbol.asyncDispose]());
  afterEach(() => server.pipeline.off('credentials-exchange'));

  function ask(parameters: Record<string, string> = {}): Promise<Answer> {
    return postForm(tokenUrl, {
      grant_type: 'client_credentials',
      client_id: 'machine',
      client_secret: CLIENT_SECRET,
      audience: API,
      ...parameters,
    });
  }

  test('no scope means every granted one', async () => {
    const { status, body, headers } = await ask();

    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      access_token: expect.any(String),
      expires_in: 3_600,
      scope: 'read:items write:items',
      token_type: 'Bearer',
    });
    expect(headerOf(body.access_token)).toEqual({
      alg: 'RS256',
      typ: 'JWT',
      kid: 'default-current',
    });
    expect(claimsOf(body.access_token)).toEqual({
      iss: server.main.issuer,
      sub: 'machine@clients',
      aud: API,
      azp: 'machine',
      gty: 'client-credentials',
      scope: 'read:items write:items',
      iat: expect.any(Number),
      exp: expect.any(Number),
    });
  });

  test('a client that proves nothing is no machine, whatever it is granted (RFC 6749, section 4.4)', async () => {
    const parameters = { grant_type: 'client_credentials', client_id: 'public', audience: API };
    const answer = await postForm(tokenUrl, parameters);

    expect(answer.status).toBe(403);
    expect(answer.body).toEqual({
      error: 'unauthorized_client',
      error_description: "Grant type 'client_credentials' not allowed for the client.",
    });
  });

  test('a scope that is asked for is all there is', async () => {
    expect((await ask({ scope: 'read:items' })).body.scope).toBe('read:items');
  });

  test('an API whose name is no URI has it as aud', async () => {
    const { body } = await ask({ audience: 'my-api' });

    expect(claimsOf(body.access_token).aud).toBe('my-api');
    expect(body.expires_in).toBe(60);
  });

  test('a resource indicator (RFC 8707) names the API too', async () => {
    const { body } = await ask({ audience: '', resource: API });

    expect(claimsOf(body.access_token).aud).toBe(API);
  });

  test('client_secret_basic and JSON bodies are accepted', async () => {
    const basic = await postForm(
      tokenUrl,
      { grant_type: 'client_credentials', audience: API },
      { authorization: `Basic ${Buffer.from(`basic:${CLIENT_SECRET}`).toString('base64')}` },
    );
    const json = await postJson(tokenUrl, {
      grant_type: 'client_credentials',
      client_id: 'machine',
      client_secret: CLIENT_SECRET,
      audience: API,
    });

    expect([basic.status, json.status]).toEqual([200, 200]);
  });

  test('the default audience of the tenant stands in', async () => {
    await server.store.tenants.updateSettings(server.main.tenant.id, { defaultAudience: API });
    await server.reload();
    const { body } = await ask({ audience: '' });
    await server.store.tenants.updateSettings(server.main.tenant.id, { defaultAudience: '' });
    await server.reload();

    expect(claimsOf(body.access_token).aud).toBe(API);
  });

  const refusals: [string, Record<string, string>, number, string, string][] = [
    ['a wrong secret', { client_secret: 'wrong' }, 401, 'access_denied', 'Unauthorized'],
    ['an unknown client', { client_id: 'nobody' }, 401, 'access_denied', 'Unauthorized'],
    ['no secret', { client_secret: '' }, 401, 'access_denied', 'Unauthorized'],
    [
      'an unknown API',
      { audience: 'https://nowhere/' },
      403,
      'access_denied',
      'Service not enabled within domain: https://nowhere/',
    ],
    [
      'an API without client grant',
      { audience: 'ungranted' },
      403,
      'access_denied',
      'Client is not authorized to access "ungranted". You need to create a "client-grant" associated to this API.',
    ],
    [
      'a scope beyond the grant',
      { scope: 'read:items drop:tables' },
      403,
      'access_denied',
      'Client has not been granted scopes: drop:tables',
    ],
    [
      'no audience',
      { audience: '' },
      403,
      'access_denied',
      'No audience parameter was provided, and no default audience has been configured',
    ],
    [
      'a grant type the client may not use',
      { client_id: 'web-only' },
      403,
      'unauthorized_client',
      "Grant type 'client_credentials' not allowed for the client.",
    ],
    [
      'an unknown grant type',
      { grant_type: 'magic' },
      400,
      'unsupported_grant_type',
      'Grant type not supported',
    ],
    [
      'a grant type that every object has a member of',
      { grant_type: 'constructor' },
      400,
      'unsupported_grant_type',
      'Grant type not supported',
    ],
    [
      'no grant type',
      { grant_type: '' },
      400,
      'invalid_request',
      'Missing required parameter: grant_type',
    ],
    [
      'no client',
      { client_id: '', client_secret: '' },
      400,
      'invalid_request',
      'Missing required parameter: client_id',
    ],
    [
      'an endless audience',
      { audience: 'a'.repeat(601) },
      400,
      'invalid_request',
      'audience is longer than 600 characters',
    ],
  ];
  test.for(refusals)('%s is refused', async ([, parameters, status, error, description]) => {
    const answer = await ask(parameters);

    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ error, error_description: description });
  });

  test('errors are JSON even for a browser', async () => {
    const answer = await postForm(
      tokenUrl,
      { grant_type: 'client_credentials', client_id: 'nobody', client_secret: 'x' },
      { accept: 'text/html' },
    );

    expect(answer.body).toEqual({ error: 'access_denied', error_description: 'Unauthorized' });
  });

  test('repeated parameters are refused', async () => {
    const send = async (name: string) => {
      const form = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'machine',
        client_secret: CLIENT_SECRET,
        audience: API,
      });
      form.append(name, 'again');
      return (await fetch(tokenUrl, { method: 'POST', body: form })).status;
    };

    expect(await Promise.all(['audience', 'scope', 'grant_type', 'client_id'].map(send))).toEqual(
      [400, 200, 400, 400].map((status, at) => (at === 1 ? expect.any(Number) : status)),
    );
  });

  const bodies: [string, string, number, string][] = [
    ['malformed', '{"grant_type": ', 400, 'The body is not valid JSON at position 15.'],
    ['no object', '["a"]', 400, 'The body must be a JSON object.'],
    ['nested', '{"scope": ["a"]}', 400, '"scope" must be a string.'],
    ['repeating', '{"scope": "a", "scope": "b"}', 400, 'A parameter must not be provided twice.'],
    ['too large', JSON.stringify({ scope: 'a'.repeat(70_000) }), 413, 'The body exceeds 56 kB.'],
  ];
  test.for(bodies)('a JSON body that is %s is refused', async ([, body, status, description]) => {
    const answer = await postJson(tokenUrl, body);

    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ error: 'invalid_request', error_description: description });
  });

  test('a form that is too large is refused, also when it does not say how large it is', async () => {
    const declared = await ask({ scope: 'a'.repeat(70_000) });
    const chunk = new TextEncoder().encode(
      `grant_type=client_credentials&scope=${'a'.repeat(35_000)}`,
    );
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent++ < 3) controller.enqueue(chunk);
        else controller.close();
      },
    });
    const chunked = await fetch(tokenUrl, {
      method: 'POST',
      body,
      duplex: 'half',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    } as RequestInit);

    expect([declared.status, chunked.status]).toEqual([413, 413]);
  });

  test('credentials-exchange sees the request without its secrets, and its claims are on the token', async () => {
    server.pipeline.on('credentials-exchange', ({ event }) =>
      completed({ accessTokenClaims: { 'https://x/event': JSON.stringify(event) } }),
    );
    let answer = {} as Answer;
    const [entry] = await logsOf(server.main, async () => {
      answer = await ask({
        scope: 'read:items',
        'ext-note': 'hello',
        correlation_id: 'trace-1',
      });
    });
    const event = String(claimsOf(answer.body.access_token)['https://x/event']);

    expect(JSON.parse(event)).toMatchObject({
      client: { client_id: 'machine' },
      resource_server: { identifier: API },
      request: { ip: '203.0.113.7', body: { audience: API, 'ext-note': 'hello' } },
      transaction: { requested_scopes: ['read:items'], correlation_id: 'trace-1' },
    });
    expect(event).not.toContain(CLIENT_SECRET);
    expect(entry).toMatchObject({
      type: 'seccft',
      clientId: 'machine',
      audience: API,
      scope: 'read:items',
      ip: '203.0.113.7',
      details: { actions: { executions: [expect.any(String)] } },
    });
    expect(JSON.stringify(entry)).not.toContain(CLIENT_SECRET);
    expect(JSON.stringify(entry)).not.toContain(answer.body.access_token);
  });

  const denials: [string, number, string][] = [
    ['invalid_request', 400, 'invalid_request'],
    ['invalid_scope', 400, 'invalid_scope'],
    ['server_error', 500, 'server_error'],
    ['whatever', 403, 'access_denied'],
    ['constructor', 403, 'access_denied'],
  ];
  test.for(denials)('deny(%s) answers %i', async ([code, status, error]) => {
    server.pipeline.on('credentials-exchange', () => {
      const outcome = denied('not for you');
      return { ...outcome, end: { kind: 'denied', reason: 'not for you', code } };
    });
    let answer = {} as Answer;
    const types = await logTypesOf(server.main, async () => {
      answer = await ask();
    });

    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ error, error_description: 'not for you' });
    expect(types).toEqual(['feccft']);
  });

  test('an Action that breaks or would redirect fails closed', async () => {
    server.pipeline.on('credentials-exchange', () => failed('boom'));
    expect(await ask()).toMatchObject({ status: 403, body: { error_description: 'boom' } });
    server.pipeline.on('credentials-exchange', () => suspended('https://x.example.com/'));
    expect((await ask()).status).toBe(403);
  });

  test('a sandbox that is not there answers 503 without detail', async () => {
    server.pipeline.on('credentials-exchange', () => {
      throw new AppError('sandbox_unavailable', 'Actions cannot run at the moment.', {
        detail: 'secret detail',
      });
    });
    const answer = await ask();

    expect(answer.status).toBe(503);
    expect(answer.body).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'Actions cannot run at the moment.',
    });
  });

  test('a tenant with too many runs answers 429', async () => {
    server.pipeline.on('credentials-exchange', () => {
      throw new AppError('too_many_runs', 'The tenant has 250 runs under way (limit 250).');
    });
    const answer = await ask();

    expect(answer.status).toBe(429);
    expect(answer.body).toEqual({
      error: 'too_many_requests',
      error_description: 'The tenant has 250 runs under way (limit 250).',
    });
  });

  test('a bug answers 500 without detail', async () => {
    server.pipeline.on('credentials-exchange', () => {
      throw new Error('secret detail');
    });
    const answer = await ask();

    expect(answer.status).toBe(500);
    expect(answer.body).toEqual({
      error: 'server_error',
      error_description: 'Something went wrong on our side.',
    });
    expect(server.log.at(-1)?.message).toBe('the protocol failed');
  });

  test('failures of known clients are in the tenant log, of made-up ones not', async () => {
    expect(await logTypesOf(server.main, () => ask({ client_secret: 'wrong' }))).toEqual([
      'feccft',
    ]);
    expect(await logTypesOf(server.main, () => ask({ client_id: 'nobody' }))).toEqual([]);
  });
});
