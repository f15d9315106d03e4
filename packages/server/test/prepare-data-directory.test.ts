import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prepareDataDirectory } from '../src/prepare-data-directory.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tessera-data-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('prepareDataDirectory() makes it with its parents, open for the database account to pass', () => {
  const made = join(directory, 'a', 'b');
  prepareDataDirectory(made);
  prepareDataDirectory(made);
  expect(statSync(made).mode & 0o777).toBe(0o755);
});

test('prepareDataDirectory() says that a file is none', () => {
  const file = join(directory, 'file');
  writeFileSync(file, '');
  expect(() => prepareDataDirectory(file)).toThrow(/is, or lies below, a file/);
  expect(() => prepareDataDirectory(join(file, 'below'))).toThrow(/lies below, a file/);
});

test.skipIf(process.platform !== 'linux')(
  'prepareDataDirectory() gives up where nothing can be made',
  () => {
    expect(() => prepareDataDirectory('/proc/nope/deeper')).toThrow(/cannot be made/);
  },
);
