import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ActionDependency, Artifact } from '@tessera/model';
import { createActionBuilder, readNpmConfig } from '@tessera/sandbox';

/** An Action to build. */
export interface Source {
  readonly code: string;
  readonly dependencies: readonly ActionDependency[];
}

/** Builds Actions as a deployment does, with packages from the machine's registry. */
export async function buildArtifacts(sources: readonly Source[]): Promise<readonly Artifact[]> {
  const cacheDir = mkdtempSync(join(tmpdir(), 'tessera-bench-build-'));
  const builder = createActionBuilder({
    cacheDir,
    npmConfig: readNpmConfig(process.env, homedir()),
  });
  try {
    const artifacts: Artifact[] = [];
    for (const { code, dependencies } of sources) {
      const outcome = await builder.build({ actionName: 'action', code, dependencies });
      if (outcome.kind === 'failed') {
        throw new Error(`an Action was not built: ${JSON.stringify(outcome.diagnostics)}`);
      }
      artifacts.push(outcome.artifact);
    }
    return artifacts;
  } finally {
    await builder.close();
    rmSync(cacheDir, { recursive: true, force: true });
  }
}
