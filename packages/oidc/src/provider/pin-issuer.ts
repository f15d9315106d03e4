import type Provider from 'oidc-provider';

/**
 * Makes the provider build every URL from its issuer. Without this, endpoints in discovery, `Location`
 * headers and form targets come from the `Host` header (or, behind a proxy, `X-Forwarded-Host`), which
 * anyone can forge. Koa takes such definitions on an application's `request`.
 */
export function pinIssuer(provider: Provider): void {
  const { host, protocol, origin } = new URL(provider.issuer);
  Object.defineProperties(provider.request, {
    host: { get: () => host },
    protocol: { get: () => protocol.slice(0, -1) },
    href: {
      get(this: { readonly url: string }) {
        const { pathname, search } = new URL(this.url, origin);
        return `${origin}${pathname}${search}`;
      },
    },
  });
}
