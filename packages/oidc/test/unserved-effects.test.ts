import type { TriggerEffects } from '@tessera/engine';
import { describe, expect, test } from 'vitest';
import { Browser } from './support/browser.ts';
import { startOidcPerFile } from './support/effects.ts';
import { completed, suspended } from './support/fake-pipeline.ts';
import { authorization, callbackParams, logIn, refresh } from './support/flows.ts';

const flow = startOidcPerFile('unserved_effects');
const { askSilently, completes, tokensFor } = flow;

describe('what a flow does not serve', () => {
  const { end } = suspended('https://unused.example.com/');
  const base = end.kind === 'suspended' ? end.suspension : undefined;
  const factors = { factors: [{ type: 'otp' }], additionalFactors: [] };
  const causes: [method: string, cause: object][] = [
    ['authentication.challengeWith', { kind: 'challenge', ...factors }],
    ['authentication.challengeWithAny', { kind: 'challenge', ...factors }],
    ['authentication.enrollWith', { kind: 'enrollment', ...factors }],
    ['authentication.enrollWithAny', { kind: 'enrollment', ...factors }],
    ['prompt.render', { kind: 'form', formId: 'ap_1', fields: {}, vars: {} }],
    ['multifactor.enable', {}],
  ];
  let executions = 0;

  /** Ends every run with the cause, and leaves the record that the pipeline would leave. */
  function asks(method: string, cause: object): void {
    flow.pipeline.on('post-login', async () => {
      executions += 1;
      const executionId = `unserved-${executions}`;
      const isSuspended = 'kind' in cause;
      const now = new Date();
      await flow.main.store.executions.save({
        id: executionId,
        triggerId: 'post-login',
        status: isSuspended ? 'suspended' : 'final',
        results: [
          {
            ...{ actionId: 'a', actionName: 'Ask', versionId: 'v', versionNumber: 1 },
            ...{ startedAt: now, endedAt: now, logs: [], requests: [] },
            kind: 'completed',
            commands: [{ method, args: [] }],
          },
        ],
        createdAt: now,
        updatedAt: now,
      });
      if (!isSuspended) {
        const multifactor = { provider: 'any', allowRememberBrowser: false } as const;
        return { ...completed({ multifactor }), executionId };
      }
      const suspension = { ...base, ...cause, executionId } as never;
      return { executionId, end: { kind: 'suspended', suspension }, effects: completed().effects };
    });
  }

  const textOf = (method: string) =>
    expect.stringMatching(
      new RegExp(`^An action asked for .+ \\(api\\.${method}\\), which needs a browser\\.$`),
    );

  test.for(causes)(
    '%s needs a browser: silently and at a refresh, and the record says so',
    async ([method, cause]) => {
      const browser = new Browser();
      const { body } = await tokensFor(browser);
      asks(method, cause);
      const silent = await askSilently(browser);
      expect(silent.get('error')).toBe('interaction_required');
      const refused = await refresh(flow.main, 'rotating', body.refresh_token);
      expect(refused).toMatchObject({
        status: 403,
        body: { error: 'interaction_required', error_description: textOf(method) },
      });
      const record = await flow.main.store.executions.find(`unserved-${executions}`);
      expect(record).toMatchObject({
        status: 'kind' in cause ? 'canceled' : 'final',
        results: [{ kind: 'failed', error: { message: textOf(method) } }],
      });
      flow.pipeline.off('post-login');
      expect((await refresh(flow.main, 'rotating', body.refresh_token)).status).toBe(200);
    },
  );

  const effects: [name: string, effects: Partial<TriggerEffects>][] = [
    ['subject', { subject: { kind: 'id', userId: 'auth0|x' } }],
    ['actor', { actor: { sub: 'x' } }],
    ['organization', { organization: 'org_1' }],
    ['resultUrl', { resultUrl: 'https://app.example.com/' }],
  ];
  test.for(effects)('%s of another trigger issues no token', async ([, foreign]) => {
    completes(foreign);
    const request = authorization(flow.main, { clientId: 'rotating' });
    const page = await logIn(flow.main, new Browser(), request, flow.ada.userId);
    expect(callbackParams(page).get('error')).toBe('access_denied');
  });

  const machine: [name: string, effects: Partial<TriggerEffects>][] = [
    ...effects,
    ['session', { session: { expiresAt: 1 } }],
    ['refreshToken', { refreshToken: { expiresAt: 1 } }],
    ['primaryUserId', { primaryUserId: 'auth0|x' }],
    ['recordedMethods', { recordedMethods: [{ name: 'x', timestamp: '' }] }],
    ['multifactor', { multifactor: { provider: 'any', allowRememberBrowser: false } }],
  ];
  test.for(machine)('%s issues no token to a machine', async ([, foreign]) => {
    const { store } = flow.main;
    const identifier = 'https://machines.example.com/';
    if ((await store.resourceServers.findByIdentifier(identifier)) === undefined) {
      await flow.main.addApi({ identifier });
      await store.clientGrants.create({
        id: 'cgr_0000000000000001',
        clientId: 'rotating',
        audience: identifier,
        scope: [],
        extra: {},
      });
    }
    const ask = async () => {
      const response = await fetch(`${flow.main.url}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: 'rotating',
          client_secret: 'x'.repeat(64),
          audience: identifier,
        }),
      });
      return { status: response.status, body: await response.json() };
    };
    flow.pipeline.completes('credentials-exchange', foreign);
    expect(await ask()).toMatchObject({ status: 403, body: { error: 'access_denied' } });
    flow.pipeline.completes('credentials-exchange', {});
    expect(await ask()).toMatchObject({ status: 200 });
    flow.pipeline.off('credentials-exchange');
  });
});
