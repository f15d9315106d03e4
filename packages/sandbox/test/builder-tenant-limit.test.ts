import { expect, test } from 'vitest';
import { diagnosticsOf, openBuilder } from './builder-fixture.ts';
import { startRegistry } from './builder-registry.ts';

test('build() keeps the size of dependencies to the limit of the tenant that asks', async () => {
  const files = { 'index.js': '', 'data.bin': new Uint8Array(3_000_000) };
  await using registry = await startRegistry([
    { manifest: { name: 'large', version: '1.0.0' }, files },
  ]);
  await using builder = await openBuilder({ registry: registry.url });
  const build = (own: { readonly dependenciesMb?: number }) =>
    builder.build({
      actionName: 'a',
      code: "exports.x = () => require('large');",
      dependencies: [{ name: 'large', version: '1.0.0' }],
      ...own,
    });
  expect(await build({})).toMatchObject({ kind: 'built' });
  // What another tenant's build installed is not reused where it would be too large.
  expect(diagnosticsOf(await build({ dependenciesMb: 1 }))[0]).toMatchObject({
    id: 'dependencies_too_large',
  });
  expect(await build({ dependenciesMb: 4 })).toMatchObject({ kind: 'built' });
});
