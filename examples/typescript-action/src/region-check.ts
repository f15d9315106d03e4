import type { PostLoginAPI, PostLoginEvent } from '@tessera/action-types';

/** Asks for a second factor outside the person's own region, and puts the region into the token. */
export async function onExecutePostLogin(event: PostLoginEvent, api: PostLoginAPI): Promise<void> {
  const home: string | undefined = event.user.app_metadata.region;
  const here = event.request.geoip.continentCode;
  if (home !== undefined && here !== home) {
    api.authentication.challengeWith({ type: 'otp' }, { additionalFactors: [{ type: 'email' }] });
  }
  api.accessToken.setCustomClaim('https://example.com/region', here ?? 'unknown');
}

export async function onContinuePostLogin(event: PostLoginEvent, api: PostLoginAPI): Promise<void> {
  const methods = event.authentication?.methods.map(({ name }) => name) ?? [];
  api.idToken.setCustomClaim('https://example.com/methods', methods);
}
