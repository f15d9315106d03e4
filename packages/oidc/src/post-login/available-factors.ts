import type { EnrolledFactor } from '@tessera/engine';
import type { MultifactorContext, User } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { publicMembers } from '../http/public-members.ts';
import { createRequestFacts } from '../http/request-facts.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import type { AvailableFactors } from './choose-factors.ts';

const NONE: AvailableFactors = { enabled: [], usable: [] };

/** What a person and their tenant have of second factors. */
export async function findAvailableFactors(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  user: User,
): Promise<AvailableFactors> {
  const { multifactor } = scope;
  const enabled = enabledTypes(ctx, scope);
  if (multifactor === undefined || enabled.length === 0) return NONE;
  const context = await createContext(ctx, scope);
  return { enabled, usable: await multifactor.listUsableFactors(context, user) };
}

/** `event.user.enrolledFactors`. Nothing is looked up for tenants without second factors. */
export async function findEnrolledFactors(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  user: User,
): Promise<readonly EnrolledFactor[]> {
  const { multifactor } = scope;
  if (multifactor === undefined || enabledTypes(ctx, scope).length === 0) return [];
  return await multifactor.listEnrolledFactors(await createContext(ctx, scope), user);
}

function enabledTypes(
  ctx: KoaContextWithOIDC,
  { multifactor, requests }: IssuerScope,
): AvailableFactors['enabled'] {
  return multifactor?.listEnabledTypes(requests.of(ctx).context.tenant) ?? [];
}

async function createContext(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
): Promise<MultifactorContext> {
  const { context } = scope.requests.of(ctx);
  const client = await scope.store.clients.find(ctx.oidc.client?.clientId ?? '');
  return {
    tenant: context.tenant,
    store: scope.store,
    baseUrl: context.baseUrl,
    ...(client === undefined ? {} : { client }),
    request: createRequestFacts(ctx, context, { body: publicMembers(ctx.oidc.body ?? {}) }),
  };
}
