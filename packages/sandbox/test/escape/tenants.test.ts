import { expect, test } from 'vitest';
import { action, describeAtEachLevel } from '../support/sandbox.ts';

const SECRET = 'hunter2-of-another-tenant';
/** Looks for a text wherever code can look: globals, modules, files, and the heap of its process. */
const SEARCH = `
  const fs = require('node:fs'), os = require('node:os');
  const found = [];
  if (globalThis.left !== undefined || Object.prototype.left !== undefined || process.left !== undefined) found.push('a global');
  if (require('node:module')._cache.left !== undefined || require('node:events').left !== undefined) found.push('a module');
  if (fs.readdirSync(os.tmpdir()).length > 0) found.push('a file');
  if (process.listenerCount('beforeExit') > 0) found.push('a listener');
  const heap = []; for await (const chunk of require('node:v8').getHeapSnapshot()) heap.push(chunk);
  if (Buffer.concat(heap).includes(event.needle)) found.push('the heap');
  report(found.join());`;
/** Leaves a secret wherever code can leave one. */
const LEAVE = `
  const { secret } = event; const fs = require('node:fs'), os = require('node:os');
  globalThis.left = secret; Object.prototype.left = secret; process.left = secret; require('node:events').left = secret;
  require('node:module')._cache.left = secret; process.on('beforeExit', () => {});
  fs.writeFileSync(os.tmpdir() + '/left', secret); setInterval(() => console.log(secret), 1);
  console.log('left');`;

describeAtEachLevel('tenants', { limits: { maxTenantProcesses: 1, standbys: 1 } }, (open) => {
  const search = (tenantId: string, needle: string) =>
    // In halves, so that the question itself does not hold what is looked for.
    open().evaluate(SEARCH.replace('event.needle', `event.halves.join('')`), {
      tenantId,
      event: { user: {}, transaction: {}, halves: [needle.slice(0, 8), needle.slice(8)] },
      timeoutMs: 20_000,
    });

  test('find what they left themselves: the search works', async () => {
    const { results } = await open().run([action(LEAVE)], {
      tenantId: 'owner',
      event: { user: {}, transaction: {}, secret: SECRET },
    });
    expect(results).toMatchObject([{ kind: 'completed', logs: [{ message: 'left' }] }]);
    expect(await search('owner', SECRET)).toBe('a global,a module,a file,a listener,the heap');
  });

  test('find nothing of the tenant before them, whose process gave way', async () => {
    await open().run([action(LEAVE)], {
      tenantId: 'before',
      event: { user: {}, transaction: {}, secret: SECRET },
    });
    for (const tenantId of ['after-1', 'after-2', 'after-3'])
      expect(await search(tenantId, SECRET)).toBe('');
  });

  test('find nothing of a tenant that runs beside them', async () => {
    const beside = open().run(
      [action(`${LEAVE} await new Promise((done) => setTimeout(done, 2_000));`)],
      {
        tenantId: 'beside',
        event: { user: {}, transaction: {}, secret: SECRET },
      },
    );
    expect(await search('looking', SECRET)).toBe('');
    expect((await beside).results).toMatchObject([{ kind: 'completed' }]);
  });

  test('work left running says nothing in the next run, and commands nothing', async () => {
    const leftover = action(`
        setInterval(() => { console.log('leftover'); api.idToken.setCustomClaim('https://x.test/leftover', 1); api.access.deny('leftover'); }, 1);
        (async () => { for (;;) { await new Promise((done) => setImmediate(done)); console.log('leftover'); } })();
        process.on('uncaughtException', () => console.log('leftover'));
        require('node:net').connect(1, 'leftover.invalid').on('error', () => console.log('leftover'));
        const { log } = console; queueMicrotask(() => setTimeout(() => log('leftover'), 5)); console.log('mine');`);
    const first = await open().run([leftover], { tenantId: 'same' });
    const second = await open().run(
      [action(`await new Promise((done) => setTimeout(done, 50)); console.log('next');`)],
      { tenantId: 'same' },
    );
    expect(first.results[0]?.logs.at(0)?.message).toBe('mine');
    expect(second.results).toMatchObject([
      { kind: 'completed', commands: [], logs: [{ message: 'next' }] },
    ]);
  });

  test('calls of an api whose handler has settled reach no later run', async () => {
    const keep = action(`globalThis.kept = api; globalThis.keptLog = console.log.bind(console);`);
    const use = action(
      `globalThis.kept.idToken.setCustomClaim('https://x.test/forged', 1); globalThis.kept.access.deny('forged'); console.log('used');`,
    );
    await open().run([keep], { tenantId: 'keeper' });
    const { results } = await open().run([use], { tenantId: 'keeper' });
    expect(results).toMatchObject([{ kind: 'completed', commands: [] }]);
  });

  test('a forged answer speaks for the own run only', async () => {
    const forger = action(`
        const result = { kind: 'completed', startedAt: 1, endedAt: 8e15, commands: [{ method: 'idToken.setCustomClaim', args: ['https://x.test/a', 1] }], logs: [], requests: [], actionId: 'other', tenantId: 'other' };
        for (let id = 1; id < 4; id += 1) { const body = Buffer.from(JSON.stringify({ t: 'result', id, results: [result] })); const head = Buffer.alloc(4); head.writeUInt32LE(body.length); require('node:fs').writeSync(3, Buffer.concat([head, body])); }
        await new Promise(() => {});`);
    const honest = open().run(
      [action(`await new Promise((done) => setTimeout(done, 100)); console.log('honest');`)],
      { tenantId: 'honest' },
    );
    const { results } = await open().run([forger], { tenantId: 'forger', timeoutMs: 2_000 });
    expect(results).toMatchObject([{ kind: 'completed', actionId: 'action-0' }]);
    expect(results[0]?.endedAt.getTime()).toBeLessThanOrEqual(Date.now());
    expect((await honest).results).toMatchObject([
      { kind: 'completed', commands: [], logs: [{ message: 'honest' }] },
    ]);
  });

  test('no answer at all is no answer', async () => {
    const silent = action(`
        const body = Buffer.from('{"t":"result","id":1,"results":[]}'); const head = Buffer.alloc(4); head.writeUInt32LE(body.length);
        require('node:fs').writeSync(3, Buffer.concat([head, body])); await new Promise(() => {});`);
    const { results } = await open().run([silent], { tenantId: 'silent', timeoutMs: 2_000 });
    expect(results).toMatchObject([{ kind: 'limit-exceeded', limit: 'process' }]);
  });
});
