import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const MAIN = resolve(import.meta.dirname, '../src/main.ts');

/** Runs the command where no server answers. */
function run(...args: readonly string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=source', MAIN, ...args],
    { env: { PORT: '9' }, encoding: 'utf8', timeout: 30_000 },
  );
  return { code: status, out: stdout, err: stderr };
}

test.for(['--version', '-v', 'version'])('tessera %s prints the version', (flag) => {
  expect(run(flag)).toEqual({ code: 0, out: `${manifest.version}\n`, err: '' });
});

test.for([[], ['help'], ['--help'], ['-h']])('tessera %s lists the commands', (args) => {
  const { code, out } = run(...args);
  expect(code).toBe(0);
  for (const command of ['doctor [--tenant <name>]', 'example enrich-token']) {
    expect(out).toContain(command);
  }
});

test.for([
  ['doctor', '--help'],
  ['doctor', '-h'],
  ['help', 'doctor'],
])('tessera %s %s tells what the command takes', (args) => {
  const { code, out } = run(...args);
  expect(code).toBe(0);
  expect(out).toContain('tessera doctor [--tenant <name>]');
  expect(out).toContain('the limits and egress rules that are in force for one tenant');
});

const misused: [args: readonly string[], said: RegExp][] = [
  [['docter'], /no command "docter"\. `tessera help` lists/],
  [['constructor'], /no command "constructor"/],
  [['--verbose'], /no option "--verbose"/],
  [['help', 'docter'], /no command "docter"/],
  [['--version', 'now'], /does not understand "now"/],
  [['doctor', '--tennant', 'acme'], /'--tennant'.*Usage: tessera doctor/],
  [['doctor', 'acme'], /"acme" is not understood\. Usage: tessera doctor/],
  [['doctor', '--tenant'], /--tenant.*Usage: tessera doctor/],
  [['example'], /name the example to run\. Usage: tessera example/],
  [['example', 'nothing'], /there is no example "nothing"/],
];
test.for(misused)('tessera %s is refused with 2 and says why', ([args, said]) => {
  const { code, out, err } = run(...args);
  expect(err).toMatch(said);
  expect(err.trim().split('\n')).toHaveLength(1);
  expect({ code, out }).toEqual({ code: 2, out: '' });
});

test('tessera doctor says in one sentence that no server answers', () => {
  const { code, err } = run('doctor');
  expect(code).toBe(1);
  expect(err).toBe(
    'tessera: no server answers at http://localhost:9. Start it with `npm start`, or set TESSERA_URL to where it is.\n',
  );
});
