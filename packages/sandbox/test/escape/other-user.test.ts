import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { LEVELS } from '../support/sandbox.ts';

/** A user that nobody has. */
const USER = 64_100;
const PROGRAM = fileURLToPath(new URL('attack-as-user.ts', import.meta.url));
const asUser = { uid: USER, gid: USER, cwd: '/' };

/** Node and the sources may lie in a directory of root's alone. */
const canRun =
  process.getuid?.() === 0 &&
  spawnSync(process.execPath, ['--check', PROGRAM], { ...asUser, stdio: 'ignore' }).status === 0;

test.skipIf(!canRun).for(LEVELS.filter(([, missing]) => missing === undefined))(
  'the level %s holds without root too',
  { timeout: 180_000 },
  async ([level]) => {
    const directory = mkdtempSync(join(tmpdir(), 'tessera-other-user-'));
    chownSync(directory, USER, USER);
    chmodSync(directory, 0o755);
    const child = spawn(process.execPath, ['--conditions=source', PROGRAM, level], {
      ...asUser,
      env: { TMPDIR: directory },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    for await (const chunk of child.stdout) said += String(chunk);
    rmSync(directory, { recursive: true, force: true });
    const { user, tried, wrong } = JSON.parse(said);
    expect(wrong).toEqual({});
    expect(user).toBe(USER);
    expect(tried).toBeGreaterThan(150);
  },
);
