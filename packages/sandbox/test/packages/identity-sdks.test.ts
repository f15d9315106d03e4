import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestServer } from '@tessera/testkit';
import { afterAll, expect, test } from 'vitest';
import { describePackages, type PackageGroup, readValue } from './support/package-probes.ts';

/** A whole server with TLS; the packages talk to it as to the service that they were made for. */
const server = await startTestServer({ tls: true });
afterAll(() => server[Symbol.asyncDispose]());
const { host, hostname, port } = new URL(server.url);

const HEAD = `const domain = '${host}'; const audience = 'https://' + domain + '/api/v2/';
  const credentials = { domain, clientId: '${server.clientId}', clientSecret: '${server.clientSecret}' };
  const newUser = (email) => ({ connection: 'Username-Password-Authentication', email, password: 'Correct-Horse-7-Battery', user_metadata: { from: 'sdk' } });`;

/** From version 5 on the SDK returns bodies instead of answers; 7 keeps its other client apart. */
const modernProbe = (authentication: string) => `const { ManagementClient } = require('auth0');
  const { AuthenticationClient } = require('${authentication}');
  management ??= new ManagementClient(credentials); const made = await management.users.create(newUser(input.email));
  await management.users.update(made.user_id, { app_metadata: { plan: 'gold' } });
  const user = await management.users.get(made.user_id); await management.users.delete(made.user_id);
  const missing = await management.users.get(made.user_id).catch((error) => error.statusCode);
  const { data: token } = await new AuthenticationClient(credentials).oauth.clientCredentialsGrant({ audience });
  return [user.email, user.user_metadata.from, user.app_metadata.plan, missing, token.token_type];`;

const FIRST: PackageGroup = {
  dependencies: { auth0: '4.37.1', 'openid-client': '6.8.9', jose: '6.2.17' },
  head: `${HEAD}
    const oidc = require('openid-client'); const jose = require('jose'); let management; let configuration; let keys;`,
  probes: {
    'auth0 4': `const { ManagementClient, AuthenticationClient } = require('auth0');
      management ??= new ManagementClient(credentials); const { data: made } = await management.users.create(newUser(input.email));
      await management.users.update({ id: made.user_id }, { app_metadata: { plan: 'gold' } });
      const { data: user } = await management.users.get({ id: made.user_id }); await management.users.delete({ id: made.user_id });
      const missing = await management.users.get({ id: made.user_id }).catch((error) => error.statusCode);
      const { data: token } = await new AuthenticationClient(credentials).oauth.clientCredentialsGrant({ audience });
      return [user.email, user.user_metadata.from, user.app_metadata.plan, missing, token.token_type];`,
    'openid-client and jose': `configuration ??= await oidc.discovery(new URL('https://' + domain), credentials.clientId, credentials.clientSecret);
      const tokens = await oidc.clientCredentialsGrant(configuration, { audience }); const { issuer, jwks_uri } = configuration.serverMetadata();
      keys ??= jose.createRemoteJWKSet(new URL(jwks_uri)); const { payload } = await jose.jwtVerify(tokens.access_token, keys, { issuer, audience });
      return [payload.azp, payload.gty, tokens.expiresIn() > 0];`,
  },
};
const FIFTH: PackageGroup = {
  dependencies: { auth0: '5.14.1' },
  head: `${HEAD} let management;`,
  probes: { 'auth0 5': modernProbe('auth0') },
};
const SEVENTH: PackageGroup = {
  dependencies: { auth0: '7.1.0' },
  head: `${HEAD} let management;`,
  probes: { 'auth0 7': modernProbe('auth0/legacy') },
};

await describePackages(
  'SDKs of identity, against Tessera itself',
  {
    groups: [FIRST, FIFTH, SEVENTH],
    options: {
      egress: {
        ownHosts: () => [
          { host: hostname, port: Number(port), connectTo: { host: hostname, port: Number(port) } },
        ],
      },
      extraCaCertificates: [readFileSync(join(server.dataDir, 'tls', 'ca.pem'), 'utf8')],
    },
  },
  (probes) => {
    test.for(['auth0 4', 'auth0 5', 'auth0 7'])(
      '%s manages users and gets tokens',
      async (name) => {
        for (const run of [1, 2]) {
          const email = `${name.replace(' ', '-')}-${run}@example.com`;
          const report = await probes.run(name, { email });
          expect(readValue(report)).toEqual([email, 'sdk', 'gold', 404, 'Bearer']);
          const statuses = report.results[0]?.requests.map(({ status }) => status);
          // A token once; then create, update, get, delete, get, and a token.
          expect(statuses).toEqual([...(run === 1 ? [200] : []), 201, 200, 200, 204, 404, 200]);
        }
      },
    );

    test('openid-client discovers, gets a token, and jose checks it with the published keys', async () => {
      for (const _run of [1, 2]) {
        const value = await probes.call('openid-client and jose');
        expect(value).toEqual([server.clientId, 'client-credentials', true]);
      }
    });
  },
);
