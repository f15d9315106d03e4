import type { Configuration } from 'oidc-provider';
import { createDeviceFlow } from '../device/device-flow.ts';
import type { IssuerScope } from './issuer-scope.ts';
import { createResourceIndicators } from './resource-servers.ts';

/**
 * What of oidc-provider is on. Sender-constrained tokens (DPoP) stay off until our userinfo endpoint
 * checks their proofs: a bound token must never pass as a bearer token.
 */
export function createFeatures(scope: IssuerScope): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    clientCredentials: { enabled: true },
    deviceFlow: createDeviceFlow(scope),
    userinfo: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    resourceIndicators: createResourceIndicators(scope),
    revocation: {
      enabled: true,
      // A token of another application is left alone, and nobody learns that it exists.
      allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
    },
    rpInitiatedLogout: {
      enabled: true,
      async logoutSource(ctx, form) {
        const { context } = scope.requests.of(ctx);
        ctx.set(scope.pages.headers(scope.requests.of(ctx).context));
        ctx.body = await scope.pages.confirmLogout(context, form);
      },
      async postLogoutSuccessSource(ctx) {
        ctx.set(scope.pages.headers(scope.requests.of(ctx).context));
        ctx.type = 'html';
        ctx.body = await scope.pages.loggedOut(scope.requests.of(ctx).context);
      },
    },
    webMessageResponseMode: { enabled: true, ack: 'individual-draft-01' },
  };
}
