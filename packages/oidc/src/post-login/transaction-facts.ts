import { chooseLocale, type PostLoginFacts } from '@tessera/engine';
import type { Tenant } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { originalQuery } from '../provider/extra-params.ts';

/** `event.transaction` of an authorization request. */
export function createTransactionFacts(
  ctx: KoaContextWithOIDC,
  { settings }: Tenant,
  id: string,
): PostLoginFacts['transaction'] {
  const params = ctx.oidc.params ?? {};
  const text = (name: string): string | undefined => {
    const value = params[name];
    return typeof value === 'string' ? value : undefined;
  };
  const words = (name: string): string[] => text(name)?.split(' ') ?? [];
  const responseType = words('response_type');
  const optional = {
    redirectUri: text('redirect_uri'),
    responseMode: ctx.oidc.responseMode,
    state: text('state'),
    loginHint: text('login_hint'),
    prompt: params.prompt === undefined ? undefined : words('prompt'),
    correlationId: originalQuery(params).correlation_id,
  };
  return {
    id,
    protocol: ctx.oidc.deviceCode === undefined ? protocolOf(responseType) : 'oauth2-device-code',
    requestedScopes: [...ctx.oidc.requestParamScopes],
    acrValues: words('acr_values'),
    uiLocales: words('ui_locales'),
    responseType,
    locale: chooseLocale({
      uiLocales: text('ui_locales'),
      acceptLanguage: ctx.get('accept-language'),
      enabledLocales: settings.enabledLocales,
    }),
    ...withoutUndefined(optional),
  };
}

function protocolOf(responseType: readonly string[]): string {
  if (!responseType.includes('code')) return 'oidc-implicit-profile';
  return responseType.includes('id_token') ? 'oidc-hybrid-profile' : 'oidc-basic-profile';
}

/** Absent members, not undefined ones: events are JSON. */
function withoutUndefined<T extends object>(
  members: T,
): {
  [K in keyof T]?: Exclude<T[K], undefined>;
} {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
