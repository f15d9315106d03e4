import { readForm } from '../http/read-body.ts';
import {
  answerOf,
  type ContinueAnswer,
  POST_LOGIN,
  redirectOf,
  suspendedLoginOf,
} from '../post-login/suspended-login.ts';
import { isSecureIssuer } from '../provider/cookies.ts';
import type { ProviderContext } from '../provider/provider-context.ts';
import { showError, TRANSACTION_GONE } from '../provider/render-error.ts';
import {
  type OwnRoute,
  queryText,
  type RouteParts,
  redirectTo,
  refuseOtherMethods,
} from './own-route.ts';
import { resumePath } from './resume-path.ts';

/**
 * `/continue?state=`: the browser comes back from where an Action sent it. Notes the answer and
 * sends the browser to where the authorization resumes, which only the browser that began it can.
 *
 * Other sites may POST here. Over plain http such a request has no cookies (they are `SameSite=Lax`),
 * so its answer is provisional: it counts once the resume cookie shows up, and may be overwritten.
 */
export const continueRoute: OwnRoute = async (ctx, parts) => {
  if (refuseOtherMethods(ctx, 'GET', 'POST')) return;
  const body = ctx.method === 'POST' ? await readForm(ctx.req) : {};
  const interaction = await findSuspended(queryText(ctx, 'state') ?? body.state, parts);
  const caller = interaction && identifyCaller(ctx, interaction, parts);
  if (interaction === undefined || caller === undefined) {
    await showError(ctx, parts.scope, TRANSACTION_GONE);
    return;
  }
  const answer: ContinueAnswer = {
    kind: 'continue',
    method: ctx.method,
    query: textMembers(ctx.query),
    body,
    isFromBrowser: caller === 'browser',
  };
  interaction.result = { ...interaction.lastSubmission, [POST_LOGIN]: answer };
  await interaction.persist();
  redirectTo(ctx, resumePath(interaction));
};

type SuspendedInteraction = NonNullable<Awaited<ReturnType<typeof findSuspended>>>;

/** The interaction of a suspended login that has no final answer yet. */
async function findSuspended(state: string | undefined, { provider }: RouteParts) {
  if (state === undefined) return undefined;
  const interaction = await provider.Interaction.find(state);
  // A factor or a form is never answered from outside.
  if (redirectOf(suspendedLoginOf(interaction)) === undefined) return undefined;
  const answer = answerOf(interaction?.result);
  const isProvisional = answer?.kind === 'continue' && !answer.isFromBrowser;
  return interaction?.result === undefined || isProvisional ? interaction : undefined;
}

function identifyCaller(
  ctx: ProviderContext,
  interaction: SuspendedInteraction,
  { browsers, scope }: RouteParts,
): 'browser' | 'unnamed' | undefined {
  const { cookie } = ctx.headers;
  if (browsers.isBound(cookie, interaction.prompt.details.browser)) return 'browser';
  const mayLackCookies = ctx.method === 'POST' && !isSecureIssuer(scope.issuer);
  return mayLackCookies && !browsers.isNamed(cookie) ? 'unnamed' : undefined;
}

/** Unlike elsewhere nothing is filtered out: tokens of the other site are what the Action waits for. */
function textMembers(query: ProviderContext['query']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}
