import type Provider from 'oidc-provider';

/** Rules for the kind of address that an application registers; oidc-provider's messages begin so. */
const REDIRECT_RULE = /^(post_logout_)?redirect_uris (must only contain|for )/;

interface ClientSchema {
  invalidate(message: string, code?: string): void;
}

/**
 * Lets applications register any kind of address that the hosted service takes: plain http and
 * localhost for implicit flows, custom schemes for web applications. What could do harm was filtered
 * out before. oidc-provider documents `invalidate` for this purpose.
 */
export function relaxRedirectRules(provider: Provider): void {
  const { prototype } = (provider.Client as unknown as { Schema: { prototype: ClientSchema } })
    .Schema;
  const invalidate = prototype.invalidate;
  prototype.invalidate = function (this: ClientSchema, message, code) {
    if (!REDIRECT_RULE.test(message)) invalidate.call(this, message, code);
  };
}
