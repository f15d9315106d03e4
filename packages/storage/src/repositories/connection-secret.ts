import type { ConnectionPatch, JsonObject } from '@tessera/model';
import type { RepositoryContext } from './context.ts';

/** Member of the stored options that holds the encrypted `client_secret` of an upstream provider. */
const SEALED_SECRET = '$client_secret';

/** Keeps `client_secret` out of the options that are stored. */
export function createConnectionSecret({ tenantId, secrets }: RepositoryContext) {
  const placeOf = (id: string) => ({ tenantId, table: 'connections', id });
  const seal = async (id: string, options: JsonObject): Promise<JsonObject> => {
    const { client_secret: clientSecret, ...others } = options;
    if (typeof clientSecret !== 'string') return options;
    return { ...others, [SEALED_SECRET]: await secrets.encrypt(clientSecret, placeOf(id)) };
  };
  return {
    seal,
    async sealPatch(id: string, patch: ConnectionPatch): Promise<ConnectionPatch> {
      const { options } = patch;
      return options === undefined ? patch : { ...patch, options: await seal(id, options) };
    },
    async open(id: string, options: JsonObject): Promise<JsonObject> {
      const { [SEALED_SECRET]: sealed, ...others } = options;
      if (typeof sealed !== 'string') return options;
      return { ...others, client_secret: await secrets.decrypt(sealed, placeOf(id)) };
    },
  };
}
