import { createHash } from 'node:crypto';
import type { ActionBuilder, BuildOutcome } from '@tessera/model';

/**
 * Builds without a registry: `latest` is 9.9.9, `does-not-exist` is not there, and while the package
 * `registry-down` is asked for the registry does not answer.
 */
export const fakeBuilder: ActionBuilder = {
  async build({ code, dependencies, modules = [] }): Promise<BuildOutcome> {
    if (dependencies.some(({ name }) => name === 'registry-down')) {
      throw new Error('connect ECONNREFUSED');
    }
    const missing = dependencies.find(({ name }) => name === 'does-not-exist');
    if (missing !== undefined) {
      const message = `The package "${missing.name}" does not exist.`;
      return { kind: 'failed', diagnostics: [{ id: 'dependency_not_found', message }] };
    }
    const pinned = dependencies.map(({ name, version }) => ({
      name,
      version: version === 'latest' ? '9.9.9' : version,
    }));
    const hash = createHash('sha256')
      .update(JSON.stringify([code, pinned, modules]))
      .digest('hex');
    return {
      kind: 'built',
      artifact: { hash, bundle: code, sourceMap: '{}', lockfile: '{}', dependencies: pinned },
      diagnostics: [],
    };
  },
};
