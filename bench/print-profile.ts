import { readFileSync } from 'node:fs';
import type { Profiler } from 'node:inspector';

/** Start-up is not what is measured: the first part of the recording is left out. */
const SKIPPED_SHARE = 0.4;
const LINES = 25;

/** Where a CPU profile's busy time went: by package, and by function without what it calls. */
export function printProfile(file: string): string {
  const profile = JSON.parse(readFileSync(file, 'utf8')) as Profiler.Profile;
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const deltas = profile.timeDeltas ?? [];
  const skippedUs = SKIPPED_SHARE * deltas.reduce((sum, delta) => sum + delta, 0);
  const byPackage = new Map<string, number>();
  const byFunction = new Map<string, number>();
  let at = 0;
  let busy = 0;
  for (const [index, id] of (profile.samples ?? []).entries()) {
    const delta = deltas[index] ?? 0;
    const frame = frames.get(id);
    at += delta;
    if (at < skippedUs || frame === undefined || frame.functionName === '(idle)') continue;
    busy += delta;
    const place = shorten(frame.url);
    const name = frame.functionName || '(anonymous)';
    add(byPackage, place === '' ? name : findPackage(place), delta);
    add(byFunction, place === '' ? name : `${name} ${place}:${frame.lineNumber + 1}`, delta);
  }
  const list = (title: string, shares: ReadonlyMap<string, number>): string =>
    [title, ...listShares(shares, busy)].join('\n');
  return `${list('By package', byPackage)}\n\n${list('By function', byFunction)}\n`;
}

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}

function listShares(shares: ReadonlyMap<string, number>, whole: number): string[] {
  return [...shares]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, LINES)
    .map(([name, share]) => `  ${((share / whole) * 100).toFixed(1).padStart(5)} %  ${name}`);
}

/** A path from the innermost package on. */
function shorten(url: string): string {
  return url.replace(/^file:\/\//, '').replace(/^.*\/(?:node_modules|packages)\//, '');
}

function findPackage(place: string): string {
  const parts = place.split('/');
  return place.startsWith('@') || place.startsWith('node:')
    ? parts.slice(0, 2).join('/')
    : (parts[0] ?? '');
}
