import type { ActionVersion } from '@tessera/model';
import { getTableColumns } from 'drizzle-orm';
import { actionVersions } from '../schema/index.ts';
import type { SecretBox, SecretContext } from '../secrets/secret-box.ts';
import { decryptSecrets, readModules } from './action-content.ts';
import { withoutNulls } from './rows.ts';

const { tenantId: _, ...columns } = getTableColumns(actionVersions);
export const versionColumns = columns;
export type VersionRow = Omit<typeof actionVersions.$inferSelect, 'tenantId'>;

export async function decryptVersion(
  box: SecretBox,
  tenantId: string,
  row: VersionRow,
): Promise<ActionVersion> {
  const { secrets, modules, moduleSecrets, ...rest } = row;
  const place = versionPlace(tenantId, row.id);
  return {
    ...withoutNulls(rest),
    ...(await readModules(box, { modules, moduleSecrets }, place)),
    secrets: await decryptSecrets(box, secrets, place),
  };
}

/** Where the secrets of a version live. */
export function versionPlace(tenantId: string, id: string): SecretContext {
  return { tenantId, table: 'action_versions', id };
}
