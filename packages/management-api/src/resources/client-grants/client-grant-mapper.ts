import type { CreateClientGrantBody, UpdateClientGrantBody } from '@tessera/api-contract';
import type { ClientGrant, JsonObject } from '@tessera/model';
import { mergeExtra } from '../to-json.ts';

/** The grant that a creation asks for. Each scope is kept once. */
export function readNewClientGrant(body: CreateClientGrantBody, id: string): ClientGrant {
  const {
    client_id: clientId,
    audience,
    scope = [],
    subject_type: subjectType = 'client',
    ...extra
  } = body;
  return {
    id,
    clientId,
    audience,
    scope: [...new Set(scope)],
    extra: mergeExtra({ subject_type: subjectType }, extra),
  };
}

export function readClientGrantPatch(
  grant: ClientGrant,
  body: UpdateClientGrantBody,
): Partial<Pick<ClientGrant, 'scope' | 'extra'>> {
  const { scope, ...extra } = body;
  return {
    ...(scope === undefined ? {} : { scope: [...new Set(scope)] }),
    extra: mergeExtra(grant.extra, extra),
  };
}

export const toWireClientGrant = ({
  id,
  clientId,
  audience,
  scope,
  extra,
}: ClientGrant): JsonObject => ({
  id,
  client_id: clientId,
  audience,
  scope,
  ...(extra.organization_usage === undefined
    ? {}
    : { organization_usage: extra.organization_usage }),
  ...(extra.allow_any_organization === undefined
    ? {}
    : { allow_any_organization: extra.allow_any_organization }),
  subject_type: extra.subject_type ?? 'client',
  ...(extra.authorization_details_types === undefined
    ? {}
    : { authorization_details_types: extra.authorization_details_types }),
});
