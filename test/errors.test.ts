import { globSync, readFileSync } from 'node:fs';
import { ERRORS } from '@tessera/model';
import { expect, test } from 'vitest';

const sources = globSync('packages/*/src/**/*.ts')
  .filter((file) => !file.endsWith('model/src/errors.ts'))
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n');
const page = readFileSync('docs/errors.md', 'utf8');

test.for(Object.keys(ERRORS))('%s is thrown somewhere and explained in docs/errors.md', (code) => {
  expect(sources).toContain(`'${code}'`);
  expect(page).toContain(`| \`${code}\` |`);
});
