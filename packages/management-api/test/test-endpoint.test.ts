import { randomUUID } from 'node:crypto';
import { SAMPLE_EVENTS } from '@tessera/engine';
import { TRIGGER_IDS, type TriggerId } from '@tessera/model';
import { startTestServer, type TestServer } from '@tessera/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** The handler of each trigger, a line of its own, and the command that the line leaves. */
const LINES: Readonly<
  Record<TriggerId, readonly [handler: string, line: string, command?: object]>
> = {
  'post-login': [
    'onExecutePostLogin',
    "api.authentication.challengeWith({ type: 'otp' });",
    {
      method: 'authentication.challengeWith',
      args: [{ type: 'otp' }, { additionalFactors: [] }],
    },
  ],
  'credentials-exchange': [
    'onExecuteCredentialsExchange',
    "api.accessToken.setCustomClaim('plan', event.client.name);",
    { method: 'accessToken.setCustomClaim', args: ['plan', 'Order importer'] },
  ],
  'pre-user-registration': [
    'onExecutePreUserRegistration',
    "api.access.deny('internal', 'Sorry');",
    { method: 'access.deny', args: ['internal', 'Sorry'] },
  ],
  'post-user-registration': ['onExecutePostUserRegistration', 'void event.user.user_id.length;'],
  'post-change-password': [
    'onExecutePostChangePassword',
    'void event.user.last_password_reset.length;',
  ],
  'password-reset-post-challenge': [
    'onExecutePostChallenge',
    "api.transaction.setResultUrl('https://example.com/done');",
    { method: 'transaction.setResultUrl', args: ['https://example.com/done', { query: {} }] },
  ],
  'send-phone-message': ['onExecuteSendPhoneMessage', 'void event.message_options.code.length;'],
  'custom-token-exchange': [
    'onExecuteCustomTokenExchange',
    'api.authentication.setUserById(event.transaction.actor_token_user.user_id);',
    { method: 'authentication.setUserById', args: ['auth0|000000000000000000000002'] },
  ],
  'custom-email-provider': [
    'onExecuteCustomEmailProvider',
    "api.notification.retry('busy');",
    { method: 'notification.retry', args: ['busy'] },
  ],
  'custom-phone-provider': [
    'onExecuteCustomPhoneProvider',
    'api.notification.drop(event.notification.delivery_method);',
    { method: 'notification.drop', args: ['text'] },
  ],
  'event-stream': ['onExecuteEventStream', 'void event.message.data.object.user_id.length;'],
};

describe('POST /api/v2/actions/actions/{id}/test', () => {
  test.for(TRIGGER_IDS)('runs a draft for %s on the sample event', async (triggerId) => {
    const [handler, line, command] = LINES[triggerId];
    const id = await createBuiltDraft(triggerId, handler, line);
    const { payload } = await server.management.ok('POST', `actions/actions/${id}/test`, {
      payload: { event: {} },
    });
    expect(payload.error).toBeNull();
    expect(payload.commands).toEqual(command === undefined ? [] : [command]);
    const members = Object.keys(SAMPLE_EVENTS[triggerId]).sort().join();
    expect(payload.logs).toMatchObject([{ level: 'log', message: `${members} success` }]);
  });

  test("reads the roles of the event's user from the tenant", async () => {
    const { management } = server;
    const role = await management.ok('POST', 'roles', { name: 'editor', description: 'May edit' });
    const user = await management.ok('POST', 'users', {
      connection: 'Username-Password-Authentication',
      email: 'roles@example.com',
      password: 'correct horse battery staple 1',
    });
    await management.ok('POST', `users/${user.user_id}/roles`, { roles: [role.id] });
    const line = 'console.log(JSON.stringify(await api.roles.getUserEffectiveRoles({ take: 1 })));';
    const id = await createBuiltDraft('post-login', 'onExecutePostLogin', line);
    const answerFor = async (userId: string) => {
      const { payload } = await management.ok('POST', `actions/actions/${id}/test`, {
        payload: { event: { user: { user_id: userId } } },
      });
      return JSON.parse(payload.logs[1].message);
    };
    const { id: roleId } = role;
    expect(await answerFor(user.user_id)).toEqual({
      roles: [{ id: roleId, name: 'editor', description: 'May edit' }],
    });
    expect(await answerFor('auth0|nobody')).toEqual({ roles: [] });
  });

  test('says which export was probably meant', async () => {
    const id = await createBuiltDraft('post-login', 'onExecutePostlogin', '');
    const { payload } = await server.management.ok('POST', `actions/actions/${id}/test`, {
      payload: {},
    });
    expect(payload.error).toMatchObject({ message: expect.stringContaining('does not export') });
    expect(payload.logs).toMatchObject([
      { level: 'warn', message: expect.stringContaining('"onExecutePostlogin"') },
    ]);
  });
});

async function createBuiltDraft(triggerId: string, handler: string, line: string): Promise<string> {
  const { management } = server;
  const code = `
exports.${handler} = async (event, api) => {
  const { type } = await api.cache.set('key', 'value');
  console.log(Object.keys(event).sort().join(), type);
  ${line}
};
`;
  const { id } = await management.ok('POST', 'actions/actions', {
    name: `draft ${randomUUID()}`,
    supported_triggers: [{ id: triggerId }],
    code,
  });
  await expect
    .poll(async () => (await management.ok('GET', `actions/actions/${id}`)).status, {
      timeout: 30_000,
      interval: 100,
    })
    .toBe('built');
  return id;
}
