import { expect, test } from 'vitest';
import { artifactOf, diagnosticsOf, openBuilder } from '../builder-fixture.ts';
import { openSandbox } from '../support/sandbox.ts';
import { type AuthorSource, describeSources } from './support/author-sources.ts';

/** Sources as authors write them; each handler's console line is what is checked. */
const SOURCES: Readonly<Record<string, AuthorSource>> = {
  'TypeScript with import, import * and import type': {
    code: `import axios, { type AxiosInstance } from 'axios';
      import * as _ from 'lodash';
      import type { Event, PostLoginAPI } from '@tessera/action-types';
      interface Greeting { readonly text: string }
      enum Level { Low = 1, High }
      const client: AxiosInstance = axios.create({ baseURL: 'https://example.com' });
      export const onExecutePostLogin = async (event: Event, api: PostLoginAPI): Promise<void> => {
        const greeting = { text: _.capitalize('hello') } satisfies Greeting;
        console.log(greeting.text, client.defaults.baseURL, Level.High, typeof api.access.deny);
      };`,
    says: 'Hello https://example.com 2 function',
  },
  'an ES module with export const, default imports and a JSON import': {
    code: `import uniq from 'lodash/uniq.js';
      import meta from 'axios/package.json' with { type: 'json' };
      import { createHash } from 'node:crypto';
      import path, { basename } from 'path';
      export const onExecutePostLogin = async () => {
        console.log(uniq([1, 1, 2]).length, meta.name, createHash('sha256').update('a').digest('hex').slice(0, 4), basename('/a/b'), typeof path.join);
      };`,
    says: '2 axios ca97 b function',
  },
  'export function and export { … as … }': {
    code: `async function run() { console.log('renamed'); }
      export { run as onExecutePostLogin };`,
    says: 'renamed',
  },
  'dynamic import() of packages, built-ins, and JSON': {
    code: `exports.onExecutePostLogin = async () => {
        const { default: axios } = await import('axios'); const { chunk } = await import('lodash'); const { default: os, tmpdir } = await import('node:os');
        const { default: meta } = await import('axios/package.json', { with: { type: 'json' } });
        console.log(typeof axios.get, chunk([1, 2, 3], 2).length, typeof tmpdir, os.tmpdir === tmpdir, meta.version);
      };`,
    says: 'function 2 function true 1.21.1',
  },
  'require() of built-ins with and without node:, and of JSON': {
    code: `const assert = require('assert/strict'); const { setTimeout: wait } = require('node:timers/promises'); const meta = require('lodash/package.json');
      exports.onExecutePostLogin = async () => { await wait(1); assert.equal(meta.name, 'lodash'); console.log(require('fs') === require('node:fs')); };`,
    says: 'true',
  },
  'a package used by its camel-case name, without require': {
    code: `exports.onExecutePostLogin = async () => { console.log(typeof axios.get, lodash.sum([1, 2])); };`,
    says: 'function 3',
  },
};

await describeSources(SOURCES, { axios: '1.21.1', lodash: '4.18.1' });

test('top-level await is told with its place, and what to do instead', async () => {
  await using builder = await openBuilder();
  const source = `const value = await Promise.resolve(1);\nexport const onExecutePostLogin = async () => value;`;
  const outcome = await builder.make(source);
  const diagnostics = outcome.kind === 'failed' ? diagnosticsOf(outcome) : outcome.diagnostics;
  expect(diagnostics).toMatchObject([
    {
      id: 'syntax_error',
      line: 1,
      column: 15,
      message: expect.stringMatching(/top-level await.*handler/i),
    },
  ]);
  const sandbox = await openSandbox({ level: 'process' });
  try {
    const { bundle } = artifactOf(outcome);
    const { results } = await sandbox.run([bundle]);
    expect(results).toMatchObject([
      { kind: 'failed', error: { name: 'SyntaxError', message: expect.stringMatching(/handler/) } },
    ]);
  } finally {
    await sandbox.close();
  }
});
