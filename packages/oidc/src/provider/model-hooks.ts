import Provider, { type IdToken, type KoaContextWithOIDC } from 'oidc-provider';
import { admitPushedRequest } from '../login/login-page-limit.ts';
import { authenticationClaims } from '../post-login/multifactor-policy.ts';
import { actorOf, effectsFor, extensionOf } from './grant-extension.ts';
import type { IssuerScope } from './issuer-scope.ts';

/**
 * The places where we go beyond oidc-provider's documented surface. All hold on every 9.x
 * release up to the pinned one; a test of each breaks first when an upgrade changes them.
 */
export function installModelHooks(provider: Provider, scope: IssuerScope): void {
  keepMember(provider.Grant, 'extension');
  keepMember(provider.Session, 'extension');
  setClaimsOnIdTokens(provider, scope);
  limitPushedRequests(provider, scope);
}

/** Models store an allow-list of members. It must grow before the class is first used. */
function keepMember(model: { IN_PAYLOAD: string[] }, member: string): void {
  const kept = [...model.IN_PAYLOAD, member];
  Object.defineProperty(model, 'IN_PAYLOAD', { get: () => kept });
}

/** Claims of an account are masked by scope, so that claims of Actions would be dropped; those that are set are not. */
function setClaimsOnIdTokens(provider: Provider, scope: IssuerScope): void {
  const prototype: IdToken = provider.IdToken.prototype;
  const issue = prototype.issue;
  prototype.issue = async function (this: IdToken, options) {
    // Logout tokens are issued without a context.
    const ctx = this.ctx as KoaContextWithOIDC | undefined;
    if (options.use === 'idtoken' && ctx !== undefined) {
      const claims = { ...effectsFor(ctx, scope)?.idTokenClaims, ...actorOf(ctx) };
      for (const [name, value] of Object.entries(claims)) this.set(name, value);
      const extension = extensionOf(ctx.oidc.entities.Grant);
      this.set('sid', extension?.sid);
      const methods = extension?.authentication.authenticationMethods ?? [];
      for (const [name, value] of Object.entries(authenticationClaims(methods))) {
        this.set(name, value);
      }
    }
    return await issue.call(this, options);
  };
}

/** Nothing comes between the check of who pushes and the row. */
function limitPushedRequests({ PushedAuthorizationRequest }: Provider, scope: IssuerScope): void {
  const { prototype } = PushedAuthorizationRequest;
  const save = prototype.save;
  prototype.save = async function (ttl) {
    const { ctx } = Provider;
    if (ctx !== undefined) await admitPushedRequest(ctx, scope);
    return await save.call(this, ttl);
  };
}
