import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AuthorableTriggerId,
  TRIGGER_AUTHORING,
  type TriggerAuthoring,
} from '@tessera/action-types';
import { describe, expect, test } from 'vitest';
import { checkTypes } from '../packages/action-types/test/support/check-types.ts';
import { CONTRACT } from './contract/contract.ts';

const FOLDER = join(import.meta.dirname, '../docs/triggers');
const readPage = (name: string): string => readFileSync(join(FOLDER, `${name}.md`), 'utf8');
const triggerIds = Object.keys(TRIGGER_AUTHORING) as AuthorableTriggerId[];

describe('docs/triggers', () => {
  test.for(triggerIds)('%s has a row in the index and a page whose code compiles', async (id) => {
    const { ambientDeclarations, apiType, ...handlers }: TriggerAuthoring = TRIGGER_AUTHORING[id];
    const names = Object.values(handlers);
    for (const name of names) expect(readPage('README')).toContain(`\`${name}\``);
    expect(readPage('README')).toContain(`[${id}](${id}.md)`);
    const blocks = [...readPage(id).matchAll(/```js\n(.*?)```/gs)].map(([, code = '']) => code);
    expect(blocks.join('')).toContain(`exports.${handlers.execute} = `);
    const files = blocks.map((code, at): [string, string] => [
      `example-${at}.js`,
      code.replaceAll(
        /^exports\./gm,
        `/** @param {Event} event @param {${apiType}} api */\nexports.`,
      ),
    ]);
    const globals = `${ambientDeclarations}${SURROUNDINGS}`;
    expect(await checkTypes({ 'globals.d.ts': globals, ...Object.fromEntries(files) })).toBe('');
  });

  test.skipIf(CONTRACT === undefined)(
    'fields-without-a-source.md names fields of the contract alone (needs ../shared)',
    () => {
      const fields = [...(CONTRACT ?? new Map()).values()].flatMap(({ fields: all }) => all);
      const paths = new Set<string>(fields.map(({ path }) => path));
      const rows = [...readPage('fields-without-a-source').matchAll(/^\| (`.*?) \|/gm)];
      const named = rows.flatMap(([, cell = '']) => [
        ...cell.matchAll(/`([a-zA-Z_0-9.]+\.[\w.]+)`/g),
      ]);
      expect(named.length).toBeGreaterThan(10);
      expect(named.map(([, path = '']) => path).filter((path) => !paths.has(path))).toEqual([]);
    },
  );
});

/** What Node has besides the language, as far as the examples use it. */
const SURROUNDINGS = `
interface Answer { readonly ok: boolean; readonly status: number; json(): Promise<any>; }
declare function fetch(url: string | undefined, options?: object): Promise<Answer>;
declare class URL { constructor(text: string); }
declare function require(name: string): any;
declare module 'jose';
`;
