import { decodeJwt } from 'jose';
import type { Client, Session } from 'oidc-provider';
import { logLogoutError } from '../logs/logout-log.ts';
import type { ProviderContext } from '../provider/provider-context.ts';
import { showError } from '../provider/render-error.ts';
import { endSession, showLoggedOut } from './end-session.ts';
import { type OwnRoute, queryText, type RouteParts, redirectTo } from './own-route.ts';

/**
 * `/oidc/logout` (OpenID Connect RP-Initiated Logout 1.0) without a question, where the application
 * proves that the session is the one it means: by an ID token of it, or by its `sid` as `logout_hint`.
 * Everything else goes to oidc-provider, which asks the person.
 */
export const oidcLogoutRoute: OwnRoute = async (ctx, parts, next) => {
  const proof = ctx.method === 'GET' ? await findProof(ctx, parts) : undefined;
  if (proof === undefined) {
    await next();
    return;
  }
  const { scope } = parts;
  const { client, session } = proof;
  const returnTo = queryText(ctx, 'post_logout_redirect_uri');
  if (returnTo !== undefined && !client.postLogoutRedirectUriAllowed(returnTo)) {
    logLogoutError(ctx, scope, {
      clientId: client.clientId,
      clientName: client.clientName,
      reason: LOGOUT_URL_MISMATCH.description,
    });
    return showError(ctx, scope, LOGOUT_URL_MISMATCH);
  }
  await endSession(ctx, parts, {
    session,
    client,
    ...(returnTo === undefined ? {} : { returnTo }),
  });
  if (returnTo !== undefined) return redirectTo(ctx, withState(returnTo, queryText(ctx, 'state')));
  await showLoggedOut(ctx, scope);
};

const LOGOUT_URL_MISMATCH = {
  reason: 'logout-url-mismatch',
  status: 400,
  error: 'invalid_request',
  description:
    'The post_logout_redirect_uri is not in the list of allowed logout URLs. Add it to the allowed logout URLs of the application, exactly as it is sent.',
};

/** An application, and the session of this browser that it has proved to mean. */
interface LogoutProof {
  readonly client: Client;
  readonly session: Session;
}

async function findProof(
  ctx: ProviderContext,
  parts: RouteParts,
): Promise<LogoutProof | undefined> {
  const { provider } = parts;
  const session = await provider.Session.get(ctx);
  const idToken = queryText(ctx, 'id_token_hint');
  const clientId = queryText(ctx, 'client_id');
  const hint = idToken === undefined ? undefined : await readIdToken(idToken, parts);
  if (hint !== undefined) {
    const { client, payload } = hint;
    const namesOther = clientId !== undefined && clientId !== client.clientId;
    // Another person's ID token: the question is whom to log out, and only a person can answer it.
    const isOfSession = session.accountId === undefined || payload.sub === session.accountId;
    return namesOther || !isOfSession ? undefined : { client, session };
  }
  if (clientId === undefined || session.uid !== queryText(ctx, 'logout_hint')) return undefined;
  const client = await provider.Client.find(clientId);
  return client && { client, session };
}

/** Undefined for a token that is not ours; oidc-provider then says what is wrong with it. */
async function readIdToken(idToken: string, { provider }: RouteParts) {
  const clientId = audienceOf(idToken);
  const client = clientId === undefined ? undefined : await provider.Client.find(clientId);
  if (client === undefined) return undefined;
  try {
    const { payload } = await provider.IdToken.validate(idToken, client);
    return { client, payload };
  } catch {
    // Forged, or of another issuer: what a token can be wrong in is all that validation throws.
    return undefined;
  }
}

function audienceOf(idToken: string): string | undefined {
  try {
    const { aud } = decodeJwt(idToken);
    return typeof aud === 'string' ? aud : undefined;
  } catch {
    return undefined;
  }
}

function withState(url: string, state: string | undefined): string {
  const target = new URL(url);
  if (state !== undefined) target.searchParams.set('state', state);
  return target.href;
}
