#!/usr/bin/env node
// The command `tessera`. In a checkout it builds what is stale and runs on Node 24; as an installed
// package it runs what it was shipped with.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const checkout = new URL('../../../scripts/prepare.mjs', import.meta.url);

if (existsSync(checkout)) {
  const { exec, prepare } = await import(checkout.href);
  await prepare();
  exec([main, ...process.argv.slice(2)]);
} else {
  await import(main);
}
