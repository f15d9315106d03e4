import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { artifactOf, openOnlineBuilder } from '../../builder-fixture.ts';
import { openSandbox, type Sandbox } from '../../support/sandbox.ts';
import { canReachRegistry, chooseLevels } from './package-probes.ts';

/** An action as an author writes it, and the line that its handler writes to the console. */
export interface AuthorSource {
  readonly code: string;
  readonly says: string;
}

/** Builds each source with `dependencies` and runs it at the strongest and the weakest level. */
export async function describeSources(
  sources: Readonly<Record<string, AuthorSource>>,
  dependencies: Readonly<Record<string, string>>,
): Promise<void> {
  const builder = await openOnlineBuilder();
  afterAll(() => builder[Symbol.asyncDispose]());
  const isOnline = await canReachRegistry(builder);
  const bundles = new Map<string, string>();
  if (isOnline) {
    beforeAll(async () => {
      for (const [name, { code }] of Object.entries(sources)) {
        bundles.set(name, artifactOf(await builder.make(code, dependencies)).bundle);
      }
    });
  }
  describe.skipIf(!isOnline).each(chooseLevels())('forms of source (%s)', (level) => {
    let sandbox: Sandbox | undefined;
    beforeAll(async () => {
      sandbox = await openSandbox({ level });
    });
    afterAll(() => sandbox?.close());
    test.for(Object.entries(sources))('%s', async ([name, { says }]) => {
      const report = await sandbox?.run([bundles.get(name) ?? '']);
      expect(report?.results).toMatchObject([{ kind: 'completed', logs: [{ message: says }] }]);
    });
  });
}
