import type { KoaContextWithOIDC } from 'oidc-provider';
import { userOf } from '../provider/accounts.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { noteLogEntry } from './create-log-entry.ts';

/** A device asked for codes and got none. */
export function logDeviceRequestError(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  error: { readonly error_description?: string | undefined; readonly message: string },
): void {
  // Only of applications that the tenant knows: others could fill the log at will.
  if (ctx.oidc.client === undefined) return;
  note(ctx, scope, 'fdeaz', error.error_description ?? error.message);
}

/** A person could not activate a device. */
export function logActivationError(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  error: { readonly message: string },
): void {
  note(ctx, scope, 'fdeac', error.message);
}

/** A person said that the device is not theirs. */
export function logCancelled(ctx: KoaContextWithOIDC, scope: IssuerScope): void {
  note(ctx, scope, 'fdecc', 'The person did not confirm the device.');
}

function note(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  type: string,
  description: string,
): void {
  const { client, account, entities } = ctx.oidc;
  noteLogEntry(ctx, scope, {
    type,
    description,
    clientId: client?.clientId ?? entities.DeviceCode?.clientId,
    clientName: client?.clientName,
    user: account && userOf(account),
  });
}
