/**
 * oidc-provider wants the name of an API to be an absolute URI (RFC 8707); the hosted service allows
 * any text. Names that are none travel inside as a URN and come out again in the `aud` claim.
 */
const PREFIX = 'urn:tessera:audience:';

export function toIndicator(audience: string): string {
  const isIndicator = URL.canParse(audience) && !audience.includes('#');
  return isIndicator ? audience : `${PREFIX}${Buffer.from(audience).toString('base64url')}`;
}

export function toAudience(indicator: string): string {
  return indicator.startsWith(PREFIX)
    ? Buffer.from(indicator.slice(PREFIX.length), 'base64url').toString()
    : indicator;
}
