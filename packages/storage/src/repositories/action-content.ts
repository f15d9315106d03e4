import type { ActionContent, ActionSecret, ModuleReference } from '@tessera/model';
import type { StoredModule } from '../schema/index.ts';
import type { SecretBox, SecretContext } from '../secrets/secret-box.ts';

/** Encrypts the secrets of a draft or version as one; null when there are none. */
export async function encryptSecrets(
  box: SecretBox,
  secrets: readonly ActionSecret[],
  place: SecretContext,
): Promise<string | null> {
  if (secrets.length === 0) return null;
  return box.encrypt(JSON.stringify(secrets), place);
}

export async function decryptSecrets(
  box: SecretBox,
  ciphertext: string | null,
  place: SecretContext,
): Promise<readonly ActionSecret[]> {
  if (ciphertext === null) return [];
  return reviveSecrets(JSON.parse(await box.decrypt(ciphertext, place)));
}

interface StoredSecret {
  readonly name: string;
  readonly value: string;
  readonly updatedAt: string;
}

function reviveSecrets(stored: readonly StoredSecret[]): readonly ActionSecret[] {
  return stored.map(({ name, value, updatedAt }) => ({
    name,
    value,
    updatedAt: new Date(updatedAt),
  }));
}

/** The columns of content, but for those that are encrypted, and for modules and egress rules. */
export function plainContent({ code, dependencies, runtime, supportedTriggers }: ActionContent) {
  return { code, dependencies, runtime, supportedTriggers };
}

/** The columns of the modules that a draft or version uses; both are null without any. */
export async function moduleColumns(
  box: SecretBox,
  modules: readonly ModuleReference[] | undefined,
  place: SecretContext,
): Promise<{
  readonly modules: readonly StoredModule[] | null;
  readonly moduleSecrets: string | null;
}> {
  if (modules === undefined || modules.length === 0) return { modules: null, moduleSecrets: null };
  const stored = modules.map(({ secrets: _, ...reference }) => reference);
  const secrets = modules.map((module) => module.secrets);
  const hasSecrets = secrets.some((list) => list.length > 0);
  return {
    modules: stored,
    moduleSecrets: hasSecrets
      ? await box.encrypt(JSON.stringify(secrets), modulePlace(place))
      : null,
  };
}

export async function readModules(
  box: SecretBox,
  row: { readonly modules: readonly StoredModule[] | null; readonly moduleSecrets: string | null },
  place: SecretContext,
): Promise<{ readonly modules?: readonly ModuleReference[] }> {
  const { modules, moduleSecrets } = row;
  if (modules === null) return {};
  const secrets: readonly (readonly StoredSecret[])[] =
    moduleSecrets === null ? [] : JSON.parse(await box.decrypt(moduleSecrets, modulePlace(place)));
  return {
    modules: modules.map((module, at) => ({
      ...module,
      secrets: reviveSecrets(secrets[at] ?? []),
    })),
  };
}

/** Another place than that of the row's own secrets, so that the two cannot be exchanged. */
const modulePlace = (place: SecretContext): SecretContext => ({
  ...place,
  table: `${place.table}.module_secrets`,
});
