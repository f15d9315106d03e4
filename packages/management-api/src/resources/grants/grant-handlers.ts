import type { MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import type { JsonObject, JsonValue, TenantStore } from '@tessera/model';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { toListBody, toPageQuery } from '../../http/paging.ts';

type GrantOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  'listGrants' | 'deleteUserGrants' | 'deleteGrant'
>;

/** What people have granted to third-party applications; the protocol writes it. */
const CONSENT = 'Consent';
/** Between the id of a consent and the API that a grant of it is for. */
const SEPARATOR = '.';

/** One grant: what an application may have of a person, of the protocol or of one API. */
interface Grant {
  readonly id: string;
  readonly clientId: string;
  readonly userId: string;
  /** The name of the API inside the protocol. */
  readonly indicator?: string;
  readonly scope: readonly string[];
}

export function grantHandlers(): OperationHandlers<GrantOperations> {
  return {
    listGrants: async ({ store, query }) => {
      const all = await listGrants(store, query.user_id);
      const wanted = all
        .filter(({ clientId }) => query.client_id === undefined || clientId === query.client_id)
        .filter(
          ({ indicator }) =>
            query.audience === undefined ||
            (indicator !== undefined && toAudience(indicator) === query.audience),
        );
      const { page, perPage } = toPageQuery(query);
      const items = wanted.slice(page * perPage, (page + 1) * perPage).map(toWire);
      return {
        status: 200,
        body: toListBody('grants', { items, total: wanted.length }, { query }),
      };
    },
    deleteUserGrants: async ({ store, query }) => {
      for (const { id } of await listConsents(store, query.user_id)) {
        await store.oidcModels.destroy(CONSENT, id);
      }
      await store.oidcModels.revokeGrants(query.user_id, () => true);
      return { status: 204 };
    },
    deleteGrant: async ({ store, params }) => {
      const [consentId = ''] = params.id.split(SEPARATOR, 1);
      const stored = await store.oidcModels.find(CONSENT, consentId);
      const grants = stored === undefined ? [] : grantsOf(stored.payload);
      const gone = grants.find(({ id }) => id === params.id);
      if (stored === undefined || gone === undefined) return { status: 204 };
      const kept = grants.filter((grant) => grant !== gone);
      if (kept.length === 0) await store.oidcModels.destroy(CONSENT, consentId);
      else {
        const payload = { ...stored.payload, scopes: toScopes(kept) };
        await store.oidcModels.upsert(CONSENT, consentId, payload, undefined);
      }
      // Tokens of the application rest on what was granted.
      await store.oidcModels.revokeGrants(gone.userId, (grant) => grant.clientId === gone.clientId);
      return { status: 204 };
    },
  };
}

async function listGrants(store: TenantStore, userId: string | undefined): Promise<Grant[]> {
  return (await listConsents(store, userId)).flatMap(({ payload }) => grantsOf(payload));
}

async function listConsents(store: TenantStore, userId: string | undefined) {
  const stored = await store.oidcModels.list(CONSENT, userId);
  return stored.flatMap(({ payload }) =>
    typeof payload.id === 'string' ? [{ id: payload.id, payload }] : [],
  );
}

function grantsOf(payload: JsonObject): Grant[] {
  const { id, clientId, accountId, scopes } = payload;
  const { openid, apis } = isObject(scopes) ? scopes : {};
  const base = { clientId: String(clientId), userId: String(accountId) };
  const ofProtocol = toTexts(openid);
  const ofApis = Object.entries(isObject(apis) ? apis : {}).map(([indicator, names]) => ({
    ...base,
    id: `${String(id)}${SEPARATOR}${Buffer.from(indicator).toString('base64url')}`,
    indicator,
    scope: toTexts(names),
  }));
  return [
    ...(ofProtocol.length === 0 ? [] : [{ ...base, id: String(id), scope: ofProtocol }]),
    ...ofApis.filter(({ scope }) => scope.length > 0),
  ];
}

function toScopes(grants: readonly Grant[]): JsonObject {
  const ofProtocol = grants.find(({ indicator }) => indicator === undefined);
  const apis = grants.flatMap(({ indicator, scope }) =>
    indicator === undefined ? [] : [[indicator, [...scope]] as const],
  );
  return { openid: [...(ofProtocol?.scope ?? [])], apis: Object.fromEntries(apis) };
}

function toWire({ id, clientId, userId, indicator, scope }: Grant) {
  const audience = indicator === undefined ? {} : { audience: toAudience(indicator) };
  return { id, clientID: clientId, user_id: userId, ...audience, scope: [...scope] };
}

/** APIs whose name is no URI travel inside the protocol as a URN. */
const URN = 'urn:tessera:audience:';
const toAudience = (indicator: string): string =>
  indicator.startsWith(URN)
    ? Buffer.from(indicator.slice(URN.length), 'base64url').toString()
    : indicator;

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const toTexts = (value: JsonValue | undefined): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
