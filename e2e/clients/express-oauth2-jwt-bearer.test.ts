import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler } from 'express';
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LoginFlows } from '../login-flows.ts';

const INVOICES = 'https://invoices.example.com/';
const LEDGER = 'https://ledger.example.com/';
const HS256_API = 'https://symmetric.example.com/';
const SIGNING_SECRET = 'a signing secret of at least sixteen bytes';

/** An API behind express-oauth2-jwt-bearer, unmodified; `/invoices` needs a token, `/write` a scope. */
async function startApi(options: Parameters<typeof auth>[0]) {
  const app = express();
  app.use(auth(options));
  app.get('/invoices', (request, response) => void response.json(request.auth?.payload));
  app.get(
    '/write',
    requiredScopes('write:invoices'),
    (_request, response) => void response.json({}),
  );
  // The library's errors say what to answer; Express would print them.
  const answer: ErrorRequestHandler = (error, _request, response, _next) => {
    response
      .status(error.status ?? 500)
      .set(error.headers ?? {})
      .json({ error: error.code });
  };
  app.use(answer);
  const listener = createServer(app);
  const listening = Promise.withResolvers<void>();
  listener.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  return {
    async get(path: string, token?: string) {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const answer = await fetch(url + path, { headers });
      const challenge = answer.headers.get('www-authenticate');
      return { status: answer.status, challenge, body: await answer.json() };
    },
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      listener.close(() => closed.resolve());
      listener.closeAllConnections();
      await closed.promise;
    },
  };
}

describe('express-oauth2-jwt-bearer', () => {
  let flows: LoginFlows;

  beforeAll(async () => {
    flows = await LoginFlows.open();
    const scopes = [{ value: 'read:invoices' }, { value: 'write:invoices' }];
    for (const api of [
      { name: 'Invoices', identifier: INVOICES, scopes },
      { name: 'Ledger', identifier: LEDGER, token_dialect: 'rfc9068_profile' },
      {
        name: 'Symmetric',
        identifier: HS256_API,
        signing_alg: 'HS256',
        signing_secret: SIGNING_SECRET,
      },
    ]) {
      await flows.server.management.ok('POST', 'resource-servers', api);
      await flows.server.management.ok('POST', 'client-grants', {
        client_id: flows.machine.client_id,
        audience: api.identifier,
        scope: api.identifier === INVOICES ? ['read:invoices'] : [],
      });
    }
  });
  afterAll(async () => {
    await flows?.[Symbol.asyncDispose]();
  });

  async function tokenFor(audience: string): Promise<string> {
    const { client_id, client_secret } = flows.machine;
    const answer = await flows.token({
      grant_type: 'client_credentials',
      client_id,
      client_secret,
      audience,
    });
    return answer.access_token ?? '';
  }

  test('lets tokens of this server in, and judges audience and scope', async () => {
    await using api = await startApi({ issuerBaseURL: `${flows.server.url}/`, audience: INVOICES });
    const token = await tokenFor(INVOICES);
    expect(await api.get('/invoices', token)).toMatchObject({
      status: 200,
      body: { sub: `${flows.machine.client_id}@clients`, scope: 'read:invoices' },
    });
    expect(await api.get('/write', token)).toMatchObject({
      status: 403,
      body: { error: 'insufficient_scope' },
    });
    expect(await api.get('/invoices', await tokenFor(LEDGER))).toMatchObject({
      status: 401,
      body: { error: 'invalid_token' },
    });
  });

  test('keeps out no token, a changed one, and one whose signature was taken off', async () => {
    await using api = await startApi({ issuerBaseURL: `${flows.server.url}/`, audience: INVOICES });
    const [header = '', payload = '', signature = ''] = (await tokenFor(INVOICES)).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const more = encode({ ...claims, scope: 'write:invoices' });
    expect(await api.get('/invoices')).toMatchObject({
      status: 401,
      challenge: expect.stringMatching(/^Bearer realm="api"/),
    });
    for (const token of [
      `${header}.${more}.${signature}`,
      `${encode({ alg: 'none', typ: 'JWT' })}.${more}.`,
      `${encode({ alg: 'HS256', typ: 'JWT' })}.${more}.${signature}`,
    ]) {
      expect((await api.get('/write', token)).status).toBe(401);
    }
  });

  test('strict: an API of the RFC 9068 dialect fulfils the profile', async () => {
    await using api = await startApi({
      issuerBaseURL: `${flows.server.url}/`,
      audience: [LEDGER, INVOICES],
      strict: true,
    });
    expect((await api.get('/invoices', await tokenFor(LEDGER))).status).toBe(200);
    expect((await api.get('/invoices', await tokenFor(INVOICES))).status).toBe(401);
  });

  test('a secret of the API in place of the keys', async () => {
    await using api = await startApi({
      issuer: `${flows.server.url}/`,
      audience: HS256_API,
      secret: SIGNING_SECRET,
      tokenSigningAlg: 'HS256',
    });
    expect((await api.get('/invoices', await tokenFor(HS256_API))).status).toBe(200);
    expect((await api.get('/invoices', await tokenFor(INVOICES))).status).toBe(401);
  });
});
