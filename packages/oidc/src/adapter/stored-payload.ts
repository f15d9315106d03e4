import type { JsonObject, OidcModel } from '@tessera/model';
import type { AdapterPayload } from 'oidc-provider';
import { PROVIDER_ROUTES } from '../provider/routes.ts';

/**
 * What is stored of a model. Ids are bearer secrets: they are left out wherever they stand, since
 * the repository keeps a hash of them only. Those of device codes stay, in the sealed payload: a device
 * code is found by the code that a person types, and saved again under its own.
 */
export function toStored(model: string, payload: AdapterPayload): JsonObject {
  const { jti, consumed: _consumed, ...kept } = payload;
  if (model === 'DeviceCode') return { ...kept, jti } as unknown as JsonObject;
  // oidc-provider's payloads are JSON; its types are wider.
  return (model === 'Interaction' ? withoutInteractionIds(kept) : kept) as unknown as JsonObject;
}

function withoutInteractionIds(payload: AdapterPayload): AdapterPayload {
  const { returnTo: _returnTo, session, ...interaction } = payload;
  if (session === undefined) return interaction;
  const { cookie: _cookie, ...identity } = session;
  return { ...interaction, session: identity };
}

/** The model as oidc-provider stored it, with its id put back. */
export function fromStored(
  stored: OidcModel,
  { model, id, issuer }: { readonly model: string; readonly id?: string; readonly issuer: string },
): AdapterPayload {
  const payload = { ...stored.payload } as AdapterPayload;
  if (id !== undefined) payload.jti = id;
  if (stored.consumedAt !== undefined) {
    payload.consumed = Math.floor(stored.consumedAt.getTime() / 1000);
  }
  if (model === 'Interaction' && id !== undefined) {
    const { authorization, code_verification: activation } = PROVIDER_ROUTES;
    const begunAt = payload.deviceCode === undefined ? authorization : activation;
    payload.returnTo = new URL(`${begunAt}/${id}`, issuer).href;
  }
  return payload;
}
