import { type ActionResult, AppError } from '@tessera/model';
import { describe, expect, test } from 'vitest';
import { createTestTenant } from './support/tenant.ts';

const EVENT = {
  request: { ip: '192.0.2.1', hostname: 'login.test' },
  client: { client_id: 'app', name: 'App' },
  user: { user_id: 'auth0|1' },
};

const fails = {
  name: 'check',
  secrets: { KEY: 'very-secret-value' },
  file: {
    onExecutePostLogin: () => {
      throw new TypeError('no very-secret-value here');
    },
  },
};

function limit(kind: 'time' | 'memory') {
  return (results: readonly ActionResult[]): readonly ActionResult[] =>
    results.map((result) => ({
      ...result,
      kind: 'limit-exceeded',
      limit: kind,
      error: { name: 'LimitExceeded', message: 'ended' },
    }));
}

describe('the pipeline', () => {
  test('tells the tenant log which action failed, without its secrets', async () => {
    const tenant = createTestTenant([{ file: {} }, fails]);
    const { executionId } = await tenant.run({ event: EVENT });
    expect(tenant.logEntries).toEqual([
      {
        date: new Date(tenant.clock.nowMs),
        type: 'actions_execution_failed',
        description: 'Action "check" failed: no *** here',
        details: {
          trigger_id: 'post-login',
          execution_id: executionId,
          action_id: 'action-1',
          action_name: 'check',
          version_id: 'version-1-1',
          binding_id: 'binding-1',
          error_class: 'action_error',
          action_error: {
            name: 'TypeError',
            message: 'no *** here',
            code: '',
            stack: expect.not.stringContaining('very-secret-value'),
          },
        },
        ip: '192.0.2.1',
        hostname: 'login.test',
        clientId: 'app',
        clientName: 'App',
        userId: 'auth0|1',
      },
    ]);
    expect(tenant.requests[0]?.executionId).toBe(executionId);
  });

  test.for([
    ['time', 'action_timeout'],
    ['memory', 'action_error'],
  ] as const)('tells that the limit of %s ended an action as %s', async ([kind, errorClass]) => {
    const tenant = createTestTenant([{ file: {} }], { tamper: limit(kind) });
    await tenant.run();
    expect(tenant.logEntries).toMatchObject([
      { details: { error_class: errorClass, action_error: { code: `${kind}_limit_exceeded` } } },
    ]);
  });

  test('tells that an action has no result', async () => {
    const tenant = createTestTenant([{ file: {} }, { name: 'lost', file: {} }], {
      tamper: (results) => results.slice(0, 1),
    });
    await tenant.run();
    expect(tenant.logEntries).toMatchObject([
      { details: { action_name: 'lost', error_class: 'platform_error' } },
    ]);
  });

  test.for([
    ['sandbox_unavailable', 'platform_error'],
    ['too_many_attempts', 'rate_limited'],
  ] as const)('tells that no sandbox took the run: %s is %s', async ([code, errorClass]) => {
    const refusal = new AppError(code, 'Not now.', { detail: 'private' });
    const tenant = createTestTenant([{ name: 'first', file: {} }], { refusal });
    await expect(tenant.run()).rejects.toBe(refusal);
    expect(tenant.logEntries).toMatchObject([
      {
        description: 'Action "first" failed: Not now.',
        details: { action_name: 'first', error_class: errorClass },
      },
    ]);
    expect(tenant.executions.size).toBe(0);
  });

  test('tells nothing of runs that did what they were for', async () => {
    const tenant = createTestTenant([
      {
        file: {
          onExecutePostLogin: (_event: unknown, api: { access: { deny(r: string): void } }) =>
            api.access.deny('no'),
        },
      },
    ]);
    await tenant.run();
    expect(tenant.logEntries).toEqual([]);
  });
});
