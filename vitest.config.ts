import { defineConfig } from 'vitest/config';

/** Everything runs from source through the `source` condition; no test needs a build but `e2e`'s start-up. */
const fromSource = {
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
} as const;

export default defineConfig({
  test: {
    // Two cores: more files at once only make each other slow.
    maxWorkers: 2,
    projects: [
      {
        ...fromSource,
        test: {
          name: 'packages',
          include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          globalSetup: ['packages/testkit/src/vitest-global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        ...fromSource,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
