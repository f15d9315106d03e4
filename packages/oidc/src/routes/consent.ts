import { createHmac } from 'node:crypto';
import { isSameSecret } from '@tessera/model';
import type { Interaction } from 'oidc-provider';
import { readForm } from '../http/read-body.ts';
import { addToGrant, type ConsentedScopes, rememberConsent } from '../login/consent-memory.ts';
import { PROTOCOL_SCOPES } from '../provider/claims.ts';
import type { ProviderContext } from '../provider/provider-context.ts';
import { showError, TRANSACTION_GONE } from '../provider/render-error.ts';
import { toAudience } from '../provider/resource-indicator.ts';
import { OWN_ROUTES } from '../provider/routes.ts';
import {
  type OwnRoute,
  queryText,
  type RouteParts,
  redirectTo,
  refuseOtherMethods,
} from './own-route.ts';
import { resumePath } from './resume-path.ts';

/** A consent page of the browser that asks for it. */
interface PendingConsent {
  readonly interaction: Interaction;
  readonly state: string;
  readonly clientId: string;
  readonly userId: string;
  readonly csrfToken: string;
}

/** `/u/consent?state=`: asks a person what a third-party application may have, and notes the answer. */
export const consentRoute: OwnRoute = async (ctx, parts) => {
  if (refuseOtherMethods(ctx, 'GET', 'POST')) return;
  const pending = await findPending(ctx, parts);
  if (pending === undefined) await showError(ctx, parts.scope, TRANSACTION_GONE);
  else if (ctx.method === 'GET') await showConsent(ctx, parts, pending);
  else await decideConsent(ctx, parts, pending);
};

async function findPending(
  ctx: ProviderContext,
  { provider, scope, browsers }: RouteParts,
): Promise<PendingConsent | undefined> {
  const state = queryText(ctx, 'state');
  const interaction = state === undefined ? undefined : await provider.Interaction.find(state);
  if (state === undefined || interaction?.prompt.name !== 'consent') return undefined;
  const { browser } = interaction.prompt.details;
  const { client_id: clientId } = interaction.params;
  const userId = interaction.session?.accountId;
  if (!browsers.isBound(ctx.headers.cookie, browser) || interaction.result !== undefined) return;
  if (typeof clientId !== 'string' || userId === undefined) return undefined;
  const csrfToken = createHmac('sha256', scope.keys.csrf)
    .update(`${state}\n${String(browser)}`)
    .digest('base64url');
  return { interaction, state, clientId, userId, csrfToken };
}

async function showConsent(
  ctx: ProviderContext,
  { scope }: RouteParts,
  { interaction, state, clientId, userId, csrfToken }: PendingConsent,
): Promise<void> {
  const [client, user, scopes] = await Promise.all([
    scope.store.clients.find(clientId),
    scope.store.users.find(userId),
    describeScopes(wanted(interaction), scope),
  ]);
  if (client === undefined || user === undefined) return showError(ctx, scope, TRANSACTION_GONE);
  ctx.set(scope.pages.headers(scope.requests.of(ctx).context));
  ctx.set('cache-control', 'no-store');
  ctx.type = 'html';
  ctx.body = await scope.pages.consent(scope.requests.of(ctx).context, {
    state,
    submitUrl: `${OWN_ROUTES.consent}?state=${encodeURIComponent(state)}`,
    clientName: client.name,
    userName: user.name ?? user.email ?? user.username ?? user.userId,
    scopes,
    csrfToken,
    uiLocales: readText(interaction.params.ui_locales),
  });
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

async function decideConsent(
  ctx: ProviderContext,
  { provider, scope }: RouteParts,
  pending: PendingConsent,
): Promise<void> {
  const form = await readForm(ctx.req);
  const { interaction, userId, clientId } = pending;
  if (!isSameSecret(form.csrf_token, pending.csrfToken)) {
    return showError(ctx, scope, {
      status: 403,
      error: 'invalid_request',
      description: 'The form has expired. Go back to the application and log in again.',
    });
  }
  const grant = await provider.Grant.find(interaction.grantId ?? '');
  if (form.decision !== 'accept' || grant === undefined) {
    interaction.result = {
      error: 'access_denied',
      error_description: 'User did not authorize the request',
    };
  } else {
    const granted = wanted(interaction);
    addToGrant(grant, granted);
    await grant.save();
    await rememberConsent(scope.store, { userId, clientId }, granted);
    interaction.result = { ...interaction.lastSubmission, consent: { grantId: grant.jti } };
  }
  await interaction.persist();
  redirectTo(ctx, resumePath(interaction));
}

/** What is asked for and not granted yet; with `prompt=consent`, everything again. */
function wanted({ prompt, params }: Interaction): ConsentedScopes {
  const { missingOIDCScope, missingResourceScopes } = prompt.details;
  if (!prompt.reasons.includes('consent_prompt')) {
    return {
      openid: (missingOIDCScope as string[] | undefined) ?? [],
      apis: (missingResourceScopes as Record<string, string[]> | undefined) ?? {},
    };
  }
  const requested = typeof params.scope === 'string' ? params.scope.split(' ') : [];
  return {
    openid: requested.filter((name) => PROTOCOL_SCOPES.includes(name)),
    apis: typeof params.resource === 'string' ? { [params.resource]: requested } : {},
  };
}

async function describeScopes(
  { openid, apis }: ConsentedScopes,
  { store }: RouteParts['scope'],
): Promise<{ value: string; description?: string }[]> {
  const described = openid.map((value): { value: string; description?: string } => ({ value }));
  for (const [indicator, names] of Object.entries(apis)) {
    const api = await store.resourceServers.findByIdentifier(toAudience(indicator));
    for (const { value, description } of api?.scopes ?? []) {
      if (!names.includes(value)) continue;
      described.push(description === undefined ? { value } : { value, description });
    }
  }
  return described;
}
