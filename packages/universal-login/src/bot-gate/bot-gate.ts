import { createHash } from 'node:crypto';
import type { AccountContext, BotFlow } from '@tessera/accounts';
import type { JsonObject } from '@tessera/model';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CsrfProtection } from '../csrf.ts';
import { readFormBody } from '../forms/form-body.ts';
import { EMPTY_FORM, type FormState } from '../forms/form-state.ts';
import { isState } from '../login-session.ts';
import type { UniversalLoginOptions } from '../options.ts';
import { forgedForm, PageProblemError, TRANSACTION_UNKNOWN } from '../page-problem.ts';
import { pageContext } from '../password-reset/reset-context.ts';
import { type PageRequest, showScreen } from '../show-screen.ts';
import { type BotChallenge, createSumChallenge } from './bot-challenge.ts';
import { BOT_CHALLENGE_SCREEN, challengeFields } from './screens.ts';

/** A challenge that was passed is worth that many forms, */
const FORMS_PER_CHALLENGE = 20;
/** and lasts that long, ms. */
const CLEARANCE_MS = 30 * 60_000;
const CHALLENGE_MS = 10 * 60_000;
const STATE_BYTES = 32;

/** Pages by what is done on them; the longest prefix counts. */
const FLOWS: readonly (readonly [prefix: string, flow: BotFlow])[] = [
  ['/u/reset-password/request/', 'password_reset'],
  ['/u/login/passwordless', 'passwordless'],
  ['/u/login/password', 'password'],
  ['/u/login/identifier', 'password'],
];
const EXACT: Readonly<Record<string, BotFlow>> = {
  '/u/login': 'password',
  '/u/signup': 'password',
};

function flowOf(path: string): BotFlow | undefined {
  return EXACT[path] ?? FLOWS.find(([prefix]) => path.startsWith(prefix))?.[1];
}

/**
 * Stands before the pages where passwords and addresses are tried: sends browsers that have to show that
 * they are no programs to a page with a question, and back. What a form held is not kept meanwhile.
 */
export function addBotGate(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  const challenge = options.botChallenge ?? createSumChallenge(options.randomBytes);

  app.addHook('preHandler', async (request, reply) => {
    // By the route, not by the address: there are many ways to write one.
    const flow = flowOf(request.routeOptions.url ?? '');
    if (flow === undefined) return undefined;
    const page = { options, csrf, request, reply };
    const context = pageContext(page);
    const { botDetection } = options.accounts;
    const isForm = request.method === 'POST';
    if (isForm) await botDetection.count(context);
    if (!(await botDetection.isChallenged(context, flow))) return undefined;
    if (await isCleared(page, context, isForm)) return undefined;
    return sendToChallenge(page, context, { challenge, next: returnPath(request) });
  });

  app.get<{ Querystring: Record<string, unknown> }>('/u/challenge', async (request, reply) => {
    const page = { options, csrf, request, reply };
    return showChallenge(page, request.query.state, { status: 200, form: EMPTY_FORM });
  });

  app.post('/u/challenge', async (request, reply) =>
    takeAnswer({ options, csrf, request, reply }, challenge),
  );
}

/**
 * Where the browser goes on after the question: the page itself, never a form. Who asks may write another
 * host into the request (RFC 9112, section 3.2.2), and have the question answered by somebody else's browser.
 */
function returnPath(request: FastifyRequest): string {
  const { pathname = '/', search = '' } = URL.parse(request.url, 'http://localhost/') ?? {};
  const path = pathname.replace(/^\/+/, '/');
  if (request.method !== 'POST') return `${path}${search}`;
  const { state } = (request.body ?? {}) as { readonly state?: unknown };
  return isState(state) ? `${path}?state=${encodeURIComponent(state)}` : path;
}

const clearanceKey = (browser: string): string =>
  `cleared ${createHash('sha256').update(browser).digest('base64url')}`;

async function isCleared(
  { csrf, request }: PageRequest,
  { store }: AccountContext,
  isForm: boolean,
): Promise<boolean> {
  const key = clearanceKey(csrf.openBrowser(request.headers).id);
  const ticket = isForm
    ? await store.tickets.attempt('bot-challenge', key)
    : await store.tickets.find('bot-challenge', key);
  return ticket !== undefined && ticket.attempts <= FORMS_PER_CHALLENGE;
}

async function sendToChallenge(
  { options, reply }: PageRequest,
  { store }: AccountContext,
  asked: { readonly challenge: BotChallenge; readonly next: string },
): Promise<FastifyReply> {
  const { question, secret } = asked.challenge.create();
  const state = Buffer.from(options.randomBytes(STATE_BYTES)).toString('base64url');
  await store.tickets.save({
    ...{ kind: 'bot-challenge', key: `asked ${state}` },
    payload: { secret, question: question as JsonObject, next: asked.next },
    expiresAt: new Date(options.clock.now().getTime() + CHALLENGE_MS),
  });
  return reply.header('cache-control', 'no-store').redirect(`/u/challenge?state=${state}`, 303);
}

async function showChallenge(
  page: PageRequest,
  state: unknown,
  shown: { readonly status: number; readonly form: FormState },
): Promise<FastifyReply> {
  const context = page.options.contextOf(page.request.raw);
  const { tickets } = page.options.store.tenant(context.tenant.id);
  const asked = isState(state) ? await tickets.find('bot-challenge', `asked ${state}`) : undefined;
  if (asked === undefined || !isState(state)) throw new PageProblemError(TRANSACTION_UNKNOWN);
  const question = asked.payload.question as { readonly key: string };
  return showScreen(page, {
    ...{ context, state, screen: BOT_CHALLENGE_SCREEN },
    ...shown,
    data: (t) => ({ fields: challengeFields(t, question, shown.form) }),
  });
}

/** Every question is good for one answer. */
async function takeAnswer(page: PageRequest, challenge: BotChallenge): Promise<FastifyReply> {
  const { options, csrf, request, reply } = page;
  const { state, csrfToken: token, values } = readFormBody(request.body, ['answer']);
  const context = options.contextOf(request.raw);
  if (!csrf.check(context, request.headers, { state, token })) {
    throw new PageProblemError(forgedForm(`/u/challenge?state=${state}`));
  }
  const { tickets } = options.store.tenant(context.tenant.id);
  const asked = await tickets.consume('bot-challenge', `asked ${state}`);
  if (asked === undefined) throw new PageProblemError(TRANSACTION_UNKNOWN);
  const { secret, next } = asked.payload;
  if (!(await challenge.verify(secret as JsonObject, values.answer ?? ''))) {
    return sendToChallenge(page, pageContext(page), { challenge, next: String(next) });
  }
  await tickets.save({
    ...{ kind: 'bot-challenge', key: clearanceKey(csrf.openBrowser(request.headers).id) },
    payload: {},
    expiresAt: new Date(options.clock.now().getTime() + CLEARANCE_MS),
  });
  return reply.header('cache-control', 'no-store').redirect(String(next), 303);
}
