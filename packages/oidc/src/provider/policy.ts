import { type Interaction, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import type { BrowserBinding } from '../browser-binding.ts';
import { admitLoginPage } from '../login/login-page-limit.ts';
import { isOver } from '../post-login/asked-lifetime.ts';
import { createPostLoginPrompt } from '../post-login/post-login-prompt.ts';
import { POST_LOGIN, redirectOf, suspendedLoginOf } from '../post-login/suspended-login.ts';
import type { IssuerScope } from './issuer-scope.ts';
import { OWN_ROUTES, PAGES } from './routes.ts';
import { sessionExtensionOf } from './session-extension.ts';

/** What a person may be asked, in order: login, post-login, consent. */
export function createInteractions(scope: IssuerScope, browsers: BrowserBinding) {
  return { policy: createPolicy(scope, browsers), url: interactionUrl };
}

function createPolicy(scope: IssuerScope, browsers: BrowserBinding) {
  const policy = interactionPolicy.base();
  for (const prompt of policy) bindToBrowser(prompt, browsers);
  const login = policy.get('login');
  if (login !== undefined) admitFirst(login, scope);
  const addLoginCheck = (
    reason: string,
    description: string,
    check: (ctx: KoaContextWithOIDC) => boolean,
  ) => login?.checks.add(new interactionPolicy.Check(reason, description, 'login_required', check));
  addLoginCheck('session_too_old', 'The session has expired.', (ctx) =>
    isSessionTooOld(ctx, scope),
  );
  addLoginCheck('person_unknown', 'The person of the session is unknown.', isPersonUnknown);
  addLoginCheck('login_unfinished', 'The login was not finished.', isLoginUnfinished);
  addLoginCheck('account_asked_for', 'The person is to name an account.', isAccountAskedFor);
  addLoginCheck(
    'connection_asked_for',
    'The session is of another connection than the one that is asked for.',
    isOfOtherConnection,
  );
  // First-party native applications are not asked for consent either.
  policy.get('consent')?.checks.remove('native_client_prompt');
  policy.add(createPostLoginPrompt(scope, browsers), 1);
  for (const name of ANSWERED_AT_LOGIN) {
    const prompt = new interactionPolicy.Prompt({ name, requestable: true });
    prompt.checks.clear();
    policy.add(prompt);
  }
  return policy;
}

/** Values of `prompt` that the login pages answer: another account, or a new one. */
const ANSWERED_AT_LOGIN = ['select_account', 'create'] as const;

function isAccountAskedFor({ oidc }: KoaContextWithOIDC): boolean {
  const isAsked = ANSWERED_AT_LOGIN.some((name) => oidc.prompts.has(name));
  return isAsked && oidc.result?.login === undefined;
}

/** Who names a connection wants its people; how the person of the session came in is another one. */
function isOfOtherConnection({ oidc }: KoaContextWithOIDC): boolean {
  const { session, result, params } = oidc;
  const wanted = params?.connection;
  if (typeof wanted !== 'string' || wanted === '' || result?.login !== undefined) return false;
  const known = session?.accountId === undefined ? undefined : sessionExtensionOf(session);
  return known !== undefined && known.connectionName !== wanted;
}

function bindToBrowser(prompt: interactionPolicy.Prompt, browsers: BrowserBinding): void {
  const { details } = prompt;
  prompt.details = async (ctx) => ({ ...(await details(ctx)), browser: browsers.bind(ctx) });
}

/** oidc-provider asks for the details when it has chosen the prompt, and has stored nothing yet. */
function admitFirst(prompt: interactionPolicy.Prompt, scope: IssuerScope): void {
  const { details } = prompt;
  prompt.details = async (ctx) => {
    await admitLoginPage(ctx, scope);
    return details(ctx);
  };
}

/**
 * The stored session ends by itself; this holds when the tenant shortens lifetimes meanwhile, and for
 * ends by an Action that are less than the second away which is the shortest lifetime.
 */
function isSessionTooOld(ctx: KoaContextWithOIDC, { requests, clock }: IssuerScope): boolean {
  const { session, result } = ctx.oidc;
  if (session?.loginTs === undefined || result?.login !== undefined) return false;
  if (isOver(sessionExtensionOf(session)?.asked, clock.now())) return true;
  const ageSeconds = clock.now().getTime() / 1000 - session.loginTs;
  return ageSeconds > requests.of(ctx).context.tenant.settings.sessionLifetimeSeconds;
}

/** The person of the session was deleted, or it is not known how they logged in. */
function isPersonUnknown({ oidc }: KoaContextWithOIDC): boolean {
  const { session, account, result } = oidc;
  if (session?.accountId === undefined) return false;
  if (account === undefined) return true;
  return result?.login === undefined && sessionExtensionOf(session) === undefined;
}

/**
 * A login that was left in the middle is no session: what it was stopped for, a second factor or an Action
 * that judges fresh logins, would not be asked again.
 */
function isLoginUnfinished({ oidc }: KoaContextWithOIDC): boolean {
  const { session, result, entities } = oidc;
  if (session?.accountId === undefined || result?.login !== undefined) return false;
  // It goes on, or stays where it is.
  if (suspendedLoginOf(entities.Interaction) !== undefined) return false;
  return sessionExtensionOf(session)?.isPending === true;
}

/** Where the browser goes. The interaction's id is the opaque, single-use `state` of all of them. */
function interactionUrl(_ctx: KoaContextWithOIDC, interaction: Interaction): string {
  const { uid, prompt, params } = interaction;
  switch (prompt.name) {
    case 'login':
      return withState(params.screen_hint === 'signup' ? PAGES.signup : PAGES.login, uid);
    case 'consent':
      return withState(OWN_ROUTES.consent, uid);
    case POST_LOGIN: {
      const suspended = suspendedLoginOf(interaction);
      const url = redirectOf(suspended);
      if (url === undefined) {
        return withState(suspended?.step?.kind === 'form' ? PAGES.form : PAGES.mfa, uid);
      }
      url.searchParams.set('state', uid);
      return url.href;
    }
    default:
      throw new Error(`unknown prompt ${prompt.name}`);
  }
}

function withState(path: string, state: string): string {
  return `${path}?state=${encodeURIComponent(state)}`;
}
