import { interactionPolicy } from 'oidc-provider';
import type { BrowserBinding } from '../browser-binding.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { checkPostLogin } from './check-post-login.ts';
import { POST_LOGIN } from './suspended-login.ts';

/**
 * Post-login as a prompt: oidc-provider evaluates prompts on every authorization, also with an
 * earlier session, silently, and when it resumes. With `prompt=none` a suspension becomes
 * `interaction_required` by itself.
 */
export function createPostLoginPrompt(
  scope: IssuerScope,
  browsers: BrowserBinding,
): interactionPolicy.Prompt {
  return new interactionPolicy.Prompt(
    { name: POST_LOGIN },
    (ctx) => ({ browser: browsers.bind(ctx), suspended: scope.requests.of(ctx).suspension }),
    new interactionPolicy.Check(
      'actions',
      'The login needs a step in the browser.',
      'interaction_required',
      (ctx) => checkPostLogin(ctx, scope),
    ),
  );
}
