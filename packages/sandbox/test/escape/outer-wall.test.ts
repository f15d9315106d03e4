import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxLevel } from '@tessera/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { detectSandboxLevel } from '../../src/levels/detect-sandbox-level.ts';
import type { Launcher } from '../../src/levels/launch.ts';
import { inspectMachine } from '../../src/levels/machine.ts';
import { stageNode } from '../../src/levels/stage-node.ts';
import { RuntimeDir } from '../../src/runtime-dir.ts';
import { LEVELS } from '../support/sandbox.ts';
import { type Attack, printProgram } from './attack.ts';
import { type AttackedHost, openAttackedHost } from './attacked-host.ts';
import { BUILT_INS } from './attacks/built-ins.ts';
import { HOST_FILES } from './attacks/host-files.ts';
import { HOST_PROCESSES } from './attacks/host-processes.ts';
import { NATIVE_CODE } from './attacks/native-code.ts';
import { NETWORK } from './attacks/network.ts';

/** A user that nobody has. */
const IDENTITY = 64_321;
/** What a program gets that is its own, or no secret: threads, its own memory, a root with nothing in it. */
const OWN =
  /process\.binding|linked binding|its own memory|its own process|the program of its process|lists the root|reads the environment( through another context)?$|starts a worker|registers a loader|loads its/;
/** Landlock judges opening files, not asking about them; Node's permission model refuses that too. */
const TELLS: Readonly<Partial<Record<SandboxLevel, RegExp>>> = {
  landlock:
    /asks for a file|asks what a file is|asks for access|resolves a path|where a link leads|asks for the size of a file system/,
};

/** Without a broker the kernel itself refuses a connection, in its own words. */
const HELD = /^(refused|nothing|LOOT let through: (EPERM|ENETUNREACH|EAFNOSUPPORT|EACCES)$)/m;

/**
 * The operating system's walls alone: the guest's runtime, Node's permission model and its switches are
 * taken away, and the same attacks tried by a plain program in their place.
 */
describe.each(LEVELS.filter(([level]) => level !== 'process'))(
  'the outer wall (%s)',
  (level, missing) => {
    const attacks = [HOST_FILES, HOST_PROCESSES, NATIVE_CODE, BUILT_INS, ...NETWORK]
      .flatMap((group) => group.attacks)
      .filter((attack) => attack.control && !OWN.test(attack.tries));
    let host: AttackedHost;
    let runtimeDir: RuntimeDir;
    let launcher: Launcher;
    let nodePath: string;

    beforeAll(async () => {
      if (missing !== undefined) return;
      host = await openAttackedHost();
      runtimeDir = new RuntimeDir();
      const machine = await inspectMachine({ nodePath: process.execPath, searchPath: [] });
      nodePath = await stageNode(machine, runtimeDir);
      const bundlePath = runtimeDir.write('program.cjs', '');
      const found = await detectSandboxLevel(level, {
        ...{ machine, runtimeDir, nodePath, bundlePath },
        tryLauncher: async () => undefined,
      });
      launcher = found.launcher;
    });
    afterAll(async () => {
      runtimeDir?.close();
      await host?.[Symbol.asyncDispose]();
    });

    test.runIf(missing === undefined).for(attacks.map((one) => [one.tries, one] as const))(
      'holds a program that %s',
      async ([, attack]) => {
        const said = await runBare(attack);
        const tells = TELLS[level]?.test(attack.tries) === true;
        expect(said).toMatch(tells ? /^LOOT/m : HELD);
        expect(host.listTraces()).toEqual([]);
      },
    );

    /** Starts the program as a guest is started, without what stands inside of the process. */
    async function runBare(attack: Attack): Promise<string> {
      runtimeDir.write('program.cjs', printProgram(attack, host.facts));
      const identity = process.getuid?.() === 0 ? IDENTITY : undefined;
      const tmpDir = launcher.needsTmpDir ? runtimeDir.createTmpDir(identity) : undefined;
      const launch = launcher.plan(
        { ...(identity === undefined ? {} : { identity }), ...(tmpDir ? { tmpDir } : {}) },
        { heapMb: 128, maxTmpBytes: 2 ** 24 },
      );
      const inner =
        /^--(permission|allow-|no-addons|no-experimental-sqlite|disable-sigusr1|freeze)/;
      const files = launch.files.map((path) => openSync(path, 'r'));
      const child = spawn(
        launch.command,
        launch.args.filter((word) => !inner.test(word)),
        {
          cwd: launch.cwd,
          env: { ...launch.env },
          stdio: ['ignore', 'ignore', 'pipe', 'ignore', 'ignore', 'ignore', ...files],
          ...(launch.identity === undefined ? {} : { uid: launch.identity, gid: launch.identity }),
        },
      );
      for (const file of files) closeSync(file);
      let said = '';
      for await (const chunk of child.stderr ?? []) said += String(chunk);
      if (tmpDir !== undefined) runtimeDir.removeTmpDir(join(tmpDir));
      return said;
    }
  },
);
