import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { action, describeAtEachLevel } from './support/sandbox.ts';

describeAtEachLevel('ActionRunner.run()', {}, (open) => {
  test('runs a chain in order and answers commands, console and times', async () => {
    const report = await open().run([
      action(`console.log('hello %s', event.user.user_id, { a: [1] }); console.warn('careful');
        api.user.setAppMetadata('plan', 'gold');`),
      action(
        `api.idToken.setCustomClaim('https://example.com/plan', event.user.app_metadata.plan);`,
      ),
    ]);
    expect(report.results).toMatchObject([
      {
        actionId: 'action-0',
        actionName: 'Action 0',
        kind: 'completed',
        logs: [
          { level: 'log', message: 'hello auth0|1 { a: [ 1 ] }' },
          { level: 'warn', message: 'careful' },
        ],
        commands: [{ method: 'user.setAppMetadata', args: ['plan', 'gold'] }],
      },
      {
        commands: [
          { method: 'idToken.setCustomClaim', args: ['https://example.com/plan', 'gold'] },
        ],
      },
    ]);
    const [first] = report.results;
    expect(first?.logs[0]?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(first?.endedAt.getTime()).toBeGreaterThanOrEqual(first?.startedAt.getTime() ?? Infinity);
    expect(report.totalMs).toBeGreaterThan(0);
  });

  test('is warm at the second run', async () => {
    const code = action(`console.log('again');`);
    await open().run([code]);
    expect((await open().run([code])).bootMs).toBe(0);
  });

  test('gives each action its own secrets and masks them in logs and errors', async () => {
    const { results } = await open().run([
      {
        code: action(`console.log(Object.keys(event.secrets), event.secrets.KEY);`),
        secrets: { KEY: 'first-secret', PIN: '123' },
      },
      {
        code: action(
          `console.log(Object.keys(event.secrets)); throw new Error('bad ' + event.secrets.OTHER);`,
        ),
        secrets: { OTHER: 'second-secret' },
      },
    ]);
    expect(results[0]?.logs.map((line) => line.message)).toEqual(["[ 'KEY', 'PIN' ] ***"]);
    expect(results[1]?.logs.map((line) => line.message)).toEqual(["[ 'OTHER' ]"]);
    expect(results[1]).toMatchObject({ kind: 'failed', error: { message: 'bad ***' } });
    expect(JSON.stringify(results)).not.toMatch(/first-secret|second-secret/);
  });

  test('runs module code once per version and keeps its state between runs', async () => {
    const code = `let runs = 0; exports.onExecutePostLogin = async (event, api) => { runs += 1; console.log(runs); };`;
    const messages = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const { results } = await open().run([{ code, versionId: 'v1' }]);
      messages.push(results[0]?.logs[0]?.message);
    }
    const other = await open().run([{ code, versionId: 'v2' }]);
    expect([...messages, other.results[0]?.logs[0]?.message]).toEqual(['1', '2', '3', '1']);
  });

  test('skips an action without the handler', async () => {
    const { results } = await open().run(['exports.other = 1;', action('')]);
    expect(results.map((result) => result.kind)).toEqual(['skipped', 'completed']);
  });

  test('stops at the first failure', async () => {
    const { results } = await open().run([action(`throw new TypeError('no');`), action('')]);
    expect(results).toMatchObject([
      { kind: 'failed', error: { name: 'TypeError', message: 'no' } },
    ]);
  });

  test('describes what is thrown, whatever it is', async () => {
    const thrown = [
      [`'text'`, 'text'],
      [`{ message: 'like an error' }`, 'like an error'],
      [`undefined`, 'undefined'],
      [`{ get message() { throw 1; } }`, 'The action threw a value that cannot be described.'],
    ];
    for (const [value, message] of thrown) {
      const { results } = await open().run([action(`throw ${value};`)]);
      expect(results).toMatchObject([{ kind: 'failed', error: { message } }]);
    }
  });

  test('shows the causes of an error in its stack', async () => {
    const { results } = await open().run([
      action(`throw new Error('outer', { cause: new Error('inner reason') });`),
    ]);
    expect(results).toMatchObject([
      { error: { message: 'outer', stack: expect.stringContaining('inner reason') } },
    ]);
  });

  test('carries calls of the host there and back', async () => {
    const calls: unknown[] = [];
    const value = await open().evaluate(
      `api.cache.set('k', 'v'); const record = await api.cache.get('k'); report(record.value);`,
      {
        async onHostCall(method, args) {
          calls.push([method, args]);
          return method === 'cache.get'
            ? { value: 'from the host', expires_at: 1 }
            : { type: 'success' };
        },
      },
    );
    expect(value).toBe('from the host');
    expect(calls).toContainEqual(['cache.get', ['k']]);
  });

  test("hands the host's refusal to the author as an error", async () => {
    const { results } = await open().run([action(`await api.cache.get('k');`)], {
      onHostCall: async () => Promise.reject(new Error('not today')),
    });
    expect(results).toMatchObject([{ kind: 'failed', error: { message: 'not today' } }]);
  });

  test('resumes with the continue handler and checks signed tokens', async () => {
    const code = `
      exports.onExecutePostLogin = async (event, api) => {
        const token = api.redirect.encodeToken({ secret: 'a-long-secret', payload: { color: 'red' }, expiresInSeconds: 60 });
        api.idToken.setCustomClaim('https://example.com/token', token);
      };
      exports.onContinuePostLogin = async (event, api) => { console.log('continued'); };`;
    const first = await open().run([code]);
    expect(first.results[0]?.commands[0]?.args[1]).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    const second = await open().run([code], { firstHandler: 'continue' });
    expect(second.results[0]?.logs[0]?.message).toBe('continued');
  });

  test("maps positions to the author's source", async () => {
    const source = `type Plan = { name: string };\n\nfunction explode(plan: Plan): never {\n  throw new Error('no ' + plan.name);\n}\nexports.onExecutePostLogin = async () => {\n  explode({ name: 'gold' });\n};\n`;
    const built = await build({
      stdin: { contents: source, sourcefile: 'action.ts', loader: 'ts' },
      bundle: true,
      write: false,
      format: 'cjs',
      platform: 'node',
      sourcemap: 'external',
      outfile: 'out.js',
    });
    const [map, bundle] = built.outputFiles;
    const { results } = await open().run([
      { code: bundle?.text ?? '', sourceMap: map?.text ?? '' },
    ]);
    const error = results[0]?.kind === 'failed' ? results[0].error : undefined;
    expect(error).toMatchObject({ message: 'no gold', line: 4, column: 9 });
    expect(error?.stack).toMatch(/action\.ts:4:9/);
    expect(error?.stack).toMatch(/action\.ts:7:3/);
    expect(error?.stack).not.toMatch(/guest\.cjs/);
  });

  test('fails with the position of a syntax error', async () => {
    const { results } = await open().run([
      'exports.onExecutePostLogin = async () => {};\nconst = 3;',
    ]);
    expect(results).toMatchObject([
      { kind: 'failed', error: { name: 'SyntaxError', stack: expect.stringMatching(/\.js:2/) } },
    ]);
  });

  test('keeps module code from reaching what is not a built-in', async () => {
    const { results } = await open().run([`require('left-pad');`]);
    expect(results).toMatchObject([
      {
        kind: 'failed',
        error: {
          message: "Cannot find module 'left-pad'. Add it to the dependencies of the Action.",
        },
      },
    ]);
  });

  test('lets nothing of finished work into the next run', async () => {
    const leaky = action(
      `setTimeout(() => { console.log('late line'); api.idToken.setCustomClaim('late', 1); globalThis.wasLate = true; }, 0); console.log('on time');`,
    );
    const waiting = action(
      `while (!globalThis.wasLate) await new Promise((resolve) => setTimeout(resolve, 1)); console.log('second');`,
    );
    const first = await open().run([leaky]);
    const second = await open().run([waiting]);
    expect(first.results[0]?.logs.map((line) => line.message)).toEqual(['on time']);
    expect(first.results[0]?.commands).toEqual([]);
    expect(second.results[0]?.logs.map((line) => line.message)).toEqual(['second']);
    expect(second.results[0]?.commands).toEqual([]);
  });

  test('keeps logs of runs at the same time apart', async () => {
    const code = action(
      `const id = event.user.user_id; for (let i = 0; i < 5; i += 1) { console.log(id); await new Promise((resolve) => setTimeout(resolve, 1)); }`,
    );
    const ids = Array.from({ length: 20 }, (_, index) => `user-${index}`);
    const reports = await Promise.all(
      ids.map((user_id) => open().run([code], { event: { user: { user_id } } })),
    );
    expect(reports.map(({ results }) => results[0]?.logs.map((line) => line.message))).toEqual(
      ids.map((id) => Array(5).fill(id)),
    );
  });

  test('answers a missing build as a value', async () => {
    const { runner } = open();
    const { results } = await runner.run({
      tenantId: 'tenant-1',
      triggerId: 'post-login',
      firstHandler: 'execute',
      event: {},
      timeoutMs: 5_000,
      actions: [
        {
          actionId: 'a',
          actionName: 'A',
          versionId: 'v',
          versionNumber: 1,
          artifactHash: 'f'.repeat(64),
          secrets: {},
        },
      ],
    });
    expect(results).toMatchObject([
      {
        kind: 'limit-exceeded',
        limit: 'process',
        error: { message: expect.stringContaining('build') },
      },
    ]);
  });

  test('has a private temporary directory that can be written to', async () => {
    const value = await open().evaluate(`
      const fs = require('node:fs'); const path = require('node:path').join(require('node:os').tmpdir(), 'x');
      fs.writeFileSync(path, 'kept'); report(fs.readFileSync(path, 'utf8'));`);
    expect(value).toBe('kept');
  });
});
