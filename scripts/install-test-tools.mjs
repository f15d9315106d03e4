// What the tests use that npm does not bring: a browser, bubblewrap for the strongest sandbox, and a Redis
// for the Actions that use one.
// Installed from the distribution where this machine lets us; without them their tests are skipped with a notice.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runTool, say } from './prepare.mjs';

const BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Installs what is missing and returns the environment that tells the tests where things are. */
export function installTestTools() {
  const missing = [];
  if (!findBrowser()) missing.push('chromium');
  if (process.platform === 'linux' && !isOnPath('bwrap')) missing.push('bubblewrap');
  if (process.platform === 'linux' && !isOnPath('redis-server')) missing.push('redis-server');
  if (missing.length > 0) installFromDistribution(missing);
  if (!findBrowser()) installFromPlaywright();
  const browser = findBrowser();
  if (!browser) say('No Chromium could be installed: browser tests will be skipped.');
  return browser ? { TESSERA_TEST_BROWSER: browser } : {};
}

function findBrowser() {
  const named = process.env.TESSERA_TEST_BROWSER;
  if (named && existsSync(named)) return named;
  return BROWSERS.find((path) => existsSync(path)) ?? findPlaywrightBrowser();
}

function findPlaywrightBrowser() {
  const script = "process.stdout.write(require('playwright-core').chromium.executablePath())";
  const result = spawnSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8' });
  const path = result.stdout?.trim();
  return path && existsSync(path) ? path : undefined;
}

function isOnPath(command) {
  return (process.env.PATH ?? '').split(':').some((directory) => existsSync(join(directory, command)));
}

function installFromDistribution(packages) {
  if (!isOnPath('apt-get') || process.getuid?.() !== 0) {
    say(`Not installed here: ${packages.join(', ')}. Install with your system's packages to run every test.`);
    return;
  }
  say(`Installing ${packages.join(' and ')} from the distribution …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = { stdio: ['ignore', 'ignore', 2], env };
  spawnSync('apt-get', ['update', '-qq'], quiet);
  const install = (names) =>
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], quiet).status === 0;
  // One that the distribution does not have must not keep the others away.
  if (!install(packages)) for (const name of packages) install([name]);
}

function installFromPlaywright() {
  say('Installing Chromium with Playwright …');
  runTool('playwright-core', 'playwright-core', ['install', 'chromium'], { stdio: ['ignore', 'ignore', 2] });
}
