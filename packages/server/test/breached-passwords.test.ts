import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openConfiguredBreachedPasswords } from '../src/breached-passwords.ts';
import { parseConfig } from '../src/config.ts';

const logger = { debug() {}, info() {}, warn() {}, error() {} };
const open = (folder?: string) => {
  const env = folder === undefined ? {} : { TESSERA_BREACHED_PASSWORDS: folder };
  return openConfiguredBreachedPasswords(parseConfig(env), logger);
};

test('openConfiguredBreachedPasswords() reads the range files of the folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-ranges-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const sha1 = createHash('sha1').update('hunter2').digest('hex').toUpperCase();
  writeFileSync(join(folder, sha1.slice(0, 5)), `${sha1.slice(5)}:3\n`);
  const { breachedPasswords } = open(folder);
  expect(await breachedPasswords?.has('hunter2')).toBe(true);
  expect(await breachedPasswords?.has('hunter3')).toBe(false);
});

test('openConfiguredBreachedPasswords() knows none without a folder', () => {
  expect(open()).toEqual({});
});

test('openConfiguredBreachedPasswords() stops the start at what is no folder', () => {
  for (const path of ['/does/not/exist', import.meta.filename]) {
    expect(() => open(path)).toThrow('TESSERA_BREACHED_PASSWORDS is not a folder');
  }
});
