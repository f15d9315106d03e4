import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PACKAGE = join(ROOT, 'packages/action-types');
const COMPILER = join(ROOT, 'node_modules/.bin/tsc');
const run = promisify(execFile);

/** The package as npm packs it, installed beside the example, outside the workspace. */
describe('@tessera/action-types in a project of its own', () => {
  let folder: string;
  let project: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'author-'));
    project = join(folder, 'project');
    const tarball = await pack(join(folder, 'package'));
    await cp(join(ROOT, 'examples/typescript-action'), project, { recursive: true });
    const dependencies = { '@tessera/action-types': `file:${tarball}` };
    await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, dependencies }));
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund'], { cwd: project });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('compiles the example in TypeScript and the one in JavaScript', async () => {
    expect(await compile(project)).toBe('');
  });

  const mistakes: [file: string, replace: [from: string, to: string], complaint: string][] = [
    ['region-check.ts', ["type: 'otp'", "type: 'smoke'"], `Type '"smoke"' is not assignable`],
    ['send-email.js', ['notification.retry', 'notification.repeat'], "Property 'repeat' does not"],
  ];
  test.for(mistakes)('finds a mistake in %s', async ([file, [from, to], complaint]) => {
    const path = join(project, 'src', file);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(from, to));
    expect(await compile(project)).toContain(complaint);
    await writeFile(path, text);
  });

  test('has its two tables at run time', async () => {
    const script = `
      import { RESERVED_CLAIM_NAMES, TRIGGER_AUTHORING } from '@tessera/action-types';
      console.log(RESERVED_CLAIM_NAMES.length > 0, Object.keys(TRIGGER_AUTHORING).length);
    `;
    const args = ['--input-type=module', '--eval', script];
    const { stdout } = await run(process.execPath, args, { cwd: project });
    expect(stdout.trim()).toBe('true 11');
  });
});

/** Builds and packs a copy of the package; no test needs or changes what is built in the workspace. */
async function pack(copy: string): Promise<string> {
  await mkdir(copy);
  for (const name of ['package.json', 'README.md', 'src']) {
    await cp(join(PACKAGE, name), join(copy, name), { recursive: true });
  }
  const options = [
    '--outDir',
    join(copy, 'dist'),
    '--incremental',
    'false',
    '--composite',
    'false',
  ];
  await run(COMPILER, ['-p', PACKAGE, ...options]);
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts'], { cwd: copy });
  const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
  const paths = packed?.files.map(({ path }) => path) ?? [];
  expect(paths).toEqual(expect.arrayContaining(['dist/index.d.ts', 'dist/index.js', 'README.md']));
  expect(paths.filter((path) => /test|tsbuildinfo|tsconfig/.test(path))).toEqual([]);
  return join(copy, packed?.filename ?? '');
}

/** The compiler's complaints; empty when there are none. */
async function compile(project: string): Promise<string> {
  return await run(COMPILER, ['-p', project, '--pretty', 'false']).then(
    () => '',
    (error: { stdout?: string }) => error.stdout ?? String(error),
  );
}
