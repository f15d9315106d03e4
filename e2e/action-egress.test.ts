import { eventually, startTestServer, type TestServer } from '@tessera/testkit';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const CLAIM = 'https://example.com/reached';
const code = `exports.onExecuteCredentialsExchange = async (event, api) => {
  const failure = await fetch('https://partner.test/').catch((error) => String(error.cause ?? error));
  api.accessToken.setCustomClaim('${CLAIM}', String(failure));
};`;

/** How the request of the deployed Action ended. */
async function reach(): Promise<unknown> {
  return decodeJwt(await server.getToken(`${server.url}/platform/v1/`))[CLAIM];
}

/** Saves rules and waits for the build. */
async function save(path: string, egress: object): Promise<void> {
  const { ok } = server.management;
  await ok('PATCH', path, { egress });
  await eventually('build', async () => {
    const { status } = await ok('GET', path);
    if (status === 'failed') throw new Error('the build failed');
    return status === 'built' || undefined;
  });
}

test('the rules of an action hold once they are deployed, for it alone', async () => {
  const { ok, deployAction } = server.management;
  const id = await deployAction({
    name: 'reaches out',
    trigger: { id: 'credentials-exchange', version: 'v2' },
    code,
  });
  // Without rules the name is asked for, and nobody has it.
  expect(await reach()).toContain('ENOTFOUND');
  const path = `actions/actions/${id}`;
  await save(path, { deny: ['*.test'] });
  expect(await reach()).toContain('ENOTFOUND');
  const { payload } = await ok('POST', `${path}/test`, { payload: {} });
  expect(JSON.stringify(payload.commands)).toContain('*.test');
  await ok('POST', `${path}/deploy`);
  expect(await reach()).toMatch(/EACCES.*partner\.test.*\*\.test/);
  await save(path, { allow: ['other.test'] });
  await ok('POST', `${path}/deploy`);
  expect(await reach()).toMatch(/EACCES.*partner\.test/);
  const { versions } = await ok('GET', `${path}/versions`);
  await ok('POST', `${path}/versions/${versions.at(-1).id}/deploy`);
  expect(await reach()).toContain('ENOTFOUND');
});
