import { globSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const BELOW = ['action-types', 'model', 'engine'] as const;

/** Who may depend on whom. A package absent from a list is forbidden; there is no other way in. */
const ALLOWED: Record<string, readonly string[]> = {
  'action-types': [],
  'api-contract': [],
  model: [],
  engine: ['action-types', 'model'],
  liquid: [],
  sandbox: BELOW,
  storage: BELOW,
  jobs: BELOW,
  accounts: BELOW,
  messages: [...BELOW, 'liquid'],
  oidc: BELOW,
  'universal-login': [...BELOW, 'liquid', 'accounts'],
  'management-api': [...BELOW, 'api-contract', 'accounts'],
  server: [
    ...BELOW,
    'api-contract',
    'sandbox',
    'storage',
    'jobs',
    'accounts',
    'messages',
    'oidc',
    'universal-login',
    'management-api',
  ],
  cli: ['api-contract', 'action-types'],
  testkit: ['model', 'server', 'storage', 'sandbox'],
};

const packages = readdirSync('packages');

test('every package has a row in the layer table', () => {
  expect(packages.toSorted()).toEqual(Object.keys(ALLOWED).toSorted());
});

test.for(packages)('%s depends only on the layers below it', (name) => {
  const manifest = JSON.parse(readFileSync(`packages/${name}/package.json`, 'utf8'));
  const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  const imported = sourcesOf(name).flatMap((source) =>
    [...source.matchAll(/(?:from|import\()\s*'(@tessera\/[^']+)'/g)].map(
      ([, specifier]) => specifier ?? '',
    ),
  );
  const internal = [...declared, ...imported].filter(
    (dependency) => dependency.startsWith('@tessera/') && dependency !== `@tessera/${name}`,
  );
  const forbidden = new Set(
    internal
      .map((dependency) => dependency.slice('@tessera/'.length))
      .filter((dependency) => !ALLOWED[name]?.includes(dependency)),
  );
  expect([...forbidden]).toEqual([]);
});

test('the engine asks neither the clock nor chance', () => {
  const impure =
    /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.|\bsetTimeout\(|\bcrypto\./;
  const offenders = globSync('packages/engine/src/**/*.ts').filter((file) =>
    impure.test(readFileSync(file, 'utf8')),
  );
  expect(offenders).toEqual([]);
});

test('no package imports oidc-provider by a path inside it', () => {
  const offenders = packages.filter((name) =>
    sourcesOf(name).some((source) => source.includes("'oidc-provider/")),
  );
  expect(offenders).toEqual([]);
});

test('the lockfile names no registry host', () => {
  const { packages: entries } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const remote = Object.values<{ resolved?: string }>(entries).filter((entry) =>
    entry.resolved?.includes('://'),
  );
  expect(remote).toEqual([]);
});

function sourcesOf(name: string): string[] {
  return globSync(`packages/${name}/src/**/*.ts`).map((file) => readFileSync(file, 'utf8'));
}
