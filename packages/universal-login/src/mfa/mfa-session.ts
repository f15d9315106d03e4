import {
  type Client,
  inSeconds,
  type JsonObject,
  type LoginStep,
  type LoginStepAnswer,
  type LoginSteps,
  type MultifactorContext,
  type MultifactorSubject,
  type RequestContext,
  type TenantStore,
  type Ticket,
  type User,
} from '@tessera/model';
import { isState } from '../login-session.ts';
import { PageProblemError, TRANSACTION_UNKNOWN } from '../page-problem.ts';
import { readRequestFacts } from '../request-facts.ts';
import { loadTranslator, type PageRequest, type ScreenPlace } from '../show-screen.ts';

/** A flow that waits for a second factor of a person, in the browser that began it. */
export interface MfaSession {
  readonly context: RequestContext;
  readonly store: TenantStore;
  readonly steps: LoginSteps;
  readonly step: FactorStep;
  readonly user: User;
  readonly client: Client | undefined;
  /** For the services of second factors. */
  readonly mfa: MultifactorContext;
  readonly subject: MultifactorSubject;
  readonly place: ScreenPlace;
  /** Names the browser in what is noted. */
  readonly browser: string;
}

type FactorCause = Extract<LoginStep['cause'], { readonly factors: unknown }>;
type FactorStep = LoginStep & { readonly cause: FactorCause };

/** The link was used, has expired, or never was. */
export const TICKET_UNKNOWN = { status: 400, texts: 'mfa.ticket-gone' };

/** Time to read a recovery code, in seconds: as long as flows wait. */
const NOTE_SECONDS = 900;

/** Finds the flow behind a `state`. Throws `PageProblemError` when there is none that waits for a factor. */
export async function getMfaSession(page: PageRequest, state: unknown): Promise<MfaSession> {
  const { options, request } = page;
  const context = options.contextOf(request.raw);
  const found = isState(state) ? await findStep(options.steps, context, state) : undefined;
  if (!found) throw new PageProblemError(TRANSACTION_UNKNOWN);
  const { steps, step } = found;
  const store = options.store.tenant(context.tenant.id);
  const user = await store.users.find(step.userId);
  // Deleted since the flow began.
  if (!user) throw new PageProblemError(TRANSACTION_UNKNOWN);
  const client = step.clientId === undefined ? undefined : await store.clients.find(step.clientId);
  const place = { context, state: step.state, client, uiLocales: step.uiLocales };
  const { language } = await loadTranslator(page, place);
  const mfa: MultifactorContext = {
    tenant: context.tenant,
    store,
    baseUrl: context.baseUrl,
    request: readRequestFacts(request, context, { query: {}, body: {} }),
    languages: [language],
    ...(client ? { client } : {}),
  };
  const usesTicket = step.ticket !== undefined;
  const subject = { user, binding: step.state, usesTicket };
  const browser = nameBrowser(page, context, step.state);
  const session = { context, store, steps, step, user, client, mfa, subject, place, browser };
  // The link is in the hands of several browsers, perhaps; the end is for the one that has used it.
  if (step.ticket === 'used' && !(await findNote(session, 'passed'))) {
    throw new PageProblemError(TICKET_UNKNOWN);
  }
  return session;
}

async function findStep(all: readonly LoginSteps[], context: RequestContext, state: string) {
  for (const steps of all) {
    const step = await steps.find(context, state);
    if (step && 'factors' in step.cause) return { steps, step: { ...step, cause: step.cause } };
  }
  return undefined;
}

/*
 * What a flow has come to is noted under its state: that the person passed a factor they have before they
 * set up another, and how the step was answered. A form that is sent twice finds the note and goes on
 * instead of judging a used code again. Notes are the browser's: the link of a ticket may be in several, and
 * what one has proven or is shown is nothing to another.
 */

type Note = 'proven' | 'passed';
const noteKey = (note: Note, { state, browser }: { state: string; browser: string }) =>
  `mfa ${note}: ${state} in ${browser}`;

/** Our cookie, which every browser that sends a form has, in a form that is good for nothing else. */
function nameBrowser({ csrf, request }: PageRequest, context: RequestContext, state: string) {
  const { id } = csrf.openBrowser(request.headers);
  return csrf.issue(context, id, `note of ${state}`);
}

export function findNote(
  { store, step, user, browser }: Pick<MfaSession, 'store' | 'step' | 'user' | 'browser'>,
  note: Note,
): Promise<Ticket | undefined> {
  return store.tickets
    .find('mfa-code', noteKey(note, { state: step.state, browser }))
    .then((ticket) => (ticket?.userId === user.userId ? ticket : undefined));
}

export async function saveNote(
  page: PageRequest,
  { store, step, user, browser }: MfaSession,
  note: Note,
  payload: JsonObject,
): Promise<void> {
  await store.tickets.save({
    kind: 'mfa-code',
    key: noteKey(note, { state: step.state, browser }),
    userId: user.userId,
    payload,
    expiresAt: inSeconds(page.options.clock, NOTE_SECONDS),
  });
}

/** The answer that was noted of a step that `find` no longer knows: the form was sent twice. */
export async function findNotedAnswer(
  page: PageRequest,
  state: unknown,
): Promise<LoginStepAnswer | undefined> {
  if (!isState(state)) return undefined;
  const context = page.options.contextOf(page.request.raw);
  const { tickets } = page.options.store.tenant(context.tenant.id);
  const browser = nameBrowser(page, context, state);
  const ticket = await tickets.find('mfa-code', noteKey('passed', { state, browser }));
  return ticket && readAnswer(ticket);
}

/** See `finishStep`, which writes it. */
export function readAnswer({ payload }: Ticket): LoginStepAnswer {
  const { type, at, rememberBrowser } = payload;
  return {
    kind: 'factor',
    type: String(type),
    at: new Date(String(at)),
    rememberBrowser: rememberBrowser === true,
  };
}
