// `npm run bench`: installs and builds what is stale, the peers' packages included, then measures.
// The peers are installed here alone; nothing else needs them.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { exec, fail, nodeBinary, prepare, ROOT, say } from './prepare.mjs';

const PEERS = join(ROOT, 'bench', 'peers');
const STAMP = join(PEERS, 'node_modules', '.tessera-install');

/** Installs the peers of the lockfile when they are missing or another lockfile's. */
function installPeers() {
  const lockfile = readFileSync(join(PEERS, 'package-lock.json'));
  const fingerprint = `${process.platform} ${process.arch} ${createHash('sha256').update(lockfile).digest('hex')}`;
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint) return;
  say('Installing what the benchmarks compare with …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['ci', '--prefix', PEERS, '--loglevel=error', '--no-fund', '--no-audit'];
  // Some peers choose their binary by the Node that installs them: it must be the one that runs them.
  const path = `${dirname(nodeBinary())}${delimiter}${process.env.PATH ?? ''}`;
  const result = spawnSync(npm, args, {
    cwd: PEERS,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, PATH: path },
  });
  if (result.error) fail(`npm could not be started (${result.error.message}). Is it on the PATH?`);
  if (result.status !== 0) {
    fail('npm could not install the packages that the benchmarks compare with. Its message is above; check the network and the registry, then run the command again.');
  }
  writeFileSync(STAMP, fingerprint);
}

const args = process.argv.slice(2);
// These only read what was measured.
if (args[0] !== 'report' && args[0] !== 'read') {
  await prepare();
  installPeers();
}
// isolated-vm does not run in a process that was made from Node's start-up snapshot.
const flags = ['--conditions=source', '--disable-sigusr1', '--no-node-snapshot'];
exec([...flags, join(ROOT, 'bench', 'main.ts'), ...args]);
