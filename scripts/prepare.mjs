// Brings a checkout into a state that can run: dependencies installed, packages built.
// Runs on any Node from 20 on and uses nothing but Node: it runs before there are dependencies.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '..');
const CACHE = join(ROOT, '.cache');
const LOCK = join(CACHE, 'prepare.lock');
const INSTALL_STAMP = join(ROOT, 'node_modules', '.tessera-install');
const BUILD_STAMP = join(CACHE, 'build-stamp');
/** The oldest Node that the server itself runs on; older ones run these scripts only. */
const RUNTIME_MAJOR = 24;

/** Says what is happening, on standard error: standard output belongs to the command itself. */
export function say(message) {
  process.stderr.write(`${message}\n`);
}

/** Ends the process with one clear sentence. */
export function fail(message) {
  say(`\nTessera: ${message}`);
  process.exit(1);
}

/** Installs and builds whatever is missing or stale. A second call with nothing changed takes milliseconds. */
export async function prepare() {
  mkdirSync(CACHE, { recursive: true });
  if (isFresh(INSTALL_STAMP, installFingerprint()) && isFresh(BUILD_STAMP, buildFingerprint())) return;
  const release = await takeLock();
  try {
    install();
    build();
  } finally {
    release();
  }
}

/** Installs the dependencies of the lockfile when they are missing or another lockfile's. */
function install() {
  const fingerprint = installFingerprint();
  if (isFresh(INSTALL_STAMP, fingerprint)) return;
  say('Installing dependencies (this takes about a minute the first time) …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // Not `npm ci`: it refuses a lockfile without the optional packages of platforms that the registry
  // at hand does not carry, or carries and the one that wrote the lockfile did not.
  const result = spawnSync(npm, ['install', '--no-save', '--loglevel=error', '--no-fund', '--no-audit'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
  if (result.error) fail(`npm could not be started (${result.error.message}). Is it on the PATH?`);
  if (result.status !== 0) {
    fail('npm could not install the dependencies. Its message is above; check the network, the registry and free disk space, then run the command again.');
  }
  writeFileSync(INSTALL_STAMP, fingerprint);
}

/** Compiles the packages when a source file has changed since the last build. */
function build() {
  const fingerprint = buildFingerprint();
  if (isFresh(BUILD_STAMP, fingerprint)) return;
  say('Building …');
  const result = runTool('typescript', 'tsc', ['-b', 'packages/server', 'packages/cli']);
  if (result.status !== 0) fail('the build failed. The compiler\'s messages are above.');
  writeFileSync(BUILD_STAMP, fingerprint);
}

/** Runs a development tool of `node_modules` on the right Node and waits for it. */
export function runTool(packageName, binName, args, options = {}) {
  const directory = join(ROOT, 'node_modules', packageName);
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const bin = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[binName];
  return spawnSync(nodeBinary(), [join(directory, bin), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    ...options,
    env: { ...process.env, PATH: `${join(ROOT, 'node_modules', '.bin')}:${process.env.PATH}`, ...options.env },
  });
}

/** Path of a Node that is new enough: this one, or the one that the dependencies bring. */
export function nodeBinary() {
  if (Number(process.versions.node.split('.')[0]) >= RUNTIME_MAJOR) return process.execPath;
  const bundled = join(ROOT, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(bundled)) return bundled;
  return fail(
    `Node ${RUNTIME_MAJOR} or newer is needed; this is ${process.version}, and there is no packaged Node for ${process.platform}-${process.arch}. Install Node ${RUNTIME_MAJOR} and run the command again.`,
  );
}

/**
 * Runs a program of ours on the right Node until it ends, passes on what is typed and signalled,
 * and ends with its exit code. The IPC channel tells the child when this process is gone.
 */
export function exec(args, env = {}) {
  const child = spawn(nodeBinary(), args, {
    cwd: process.cwd(),
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`could not start ${nodeBinary()}: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

function isFresh(stamp, fingerprint) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint;
}

function installFingerprint() {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\n`);
  hash.update(readFileSync(join(ROOT, 'package-lock.json')));
  return hash.digest('hex');
}

/** Names, sizes and times of everything that the build reads. */
function buildFingerprint() {
  const hash = createHash('sha256');
  const visit = (path) => {
    const stat = statSync(path);
    if (stat.isDirectory()) for (const name of readdirSync(path).sort()) visit(join(path, name));
    else hash.update(`${path} ${stat.size} ${stat.mtimeMs}\n`);
  };
  for (const name of readdirSync(join(ROOT, 'packages')).sort()) {
    for (const entry of ['package.json', 'tsconfig.json', 'src']) {
      const path = join(ROOT, 'packages', name, entry);
      if (existsSync(path)) visit(path);
    }
  }
  visit(join(ROOT, 'tsconfig.base.json'));
  return hash.digest('hex');
}

/** One preparation at a time: a second `npm start` in the same checkout waits for the first. */
async function takeLock() {
  for (let told = false; ; ) {
    try {
      mkdirSync(LOCK);
      writeFileSync(join(LOCK, 'pid'), String(process.pid));
      return () => rmSync(LOCK, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') fail(`cannot write to ${CACHE}: ${error.message}`);
    }
    if (!told) say('Waiting for another preparation of this checkout to end …');
    told = true;
    await new Promise((done) => setTimeout(done, 300));
    if (isAbandoned()) rmSync(LOCK, { recursive: true, force: true });
  }
}

function isAbandoned() {
  try {
    process.kill(Number(readFileSync(join(LOCK, 'pid'), 'utf8')), 0);
    return false;
  } catch (error) {
    // No pid file yet means that its owner is between two statements.
    return error.code === 'ESRCH';
  }
}
