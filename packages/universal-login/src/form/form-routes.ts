import type { FormStep, JsonObject, LoginStepAnswer } from '@tessera/model';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { CsrfProtection } from '../csrf.ts';
import { readFormBody } from '../forms/form-body.ts';
import type { FormProblem } from '../forms/form-state.ts';
import { isState } from '../login-session.ts';
import type { UniversalLoginOptions } from '../options.ts';
import {
  FORM_CHANGED,
  forgedForm,
  PageProblemError,
  TRANSACTION_UNKNOWN,
} from '../page-problem.ts';
import { type PageRequest, sendOn, showScreen } from '../show-screen.ts';
import { type FormSession, findFormSession, getFormSession } from './form-session.ts';
import { viewButtons, viewCarried, viewComponents } from './form-view.ts';
import {
  fieldName,
  fieldsOf,
  initialValues,
  type RawValues,
  readPage,
  readRawValues,
} from './read-form.ts';
import { FORM_SCREEN } from './screens.ts';

const PATH = '/u/form';

/** Adds `GET` and `POST /u/form`: a form of the tenant, page by page. */
export function addFormRoutes(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  app.get<{ Querystring: Record<string, unknown> }>(PATH, async (request, reply) => {
    const page = { options, csrf, request, reply };
    const session = await getFormSession(page, request.query.state);
    const [first] = session.pages;
    if (session.form === undefined) return answerGone(page, session);
    if (first === undefined) return finish(page, session, {});
    const raw = initialValues(session.pages, session.cause.fields);
    return show(page, session, { page: first, raw, problems: [] });
  });

  app.post(PATH, async (request, reply) => {
    const page = { options, csrf, request, reply };
    const posted = readPosted(page);
    const session = await findFormSession(page, posted.state);
    if (session === undefined) return repeatAnswer(page, posted.state);
    if (session.form === undefined) return answerGone(page, session);
    return goThrough(page, session, posted);
  });
}

interface PostedForm {
  readonly state: string;
  readonly step: unknown;
  readonly isBack: boolean;
  readonly members: Readonly<Record<string, unknown>>;
}

/** Refuses forgeries before anything is looked up. */
function readPosted({ options, csrf, request }: PageRequest): PostedForm {
  const body = typeof request.body === 'object' ? request.body : {};
  const { state, csrf_token, step, go, ...members }: Record<string, unknown> = { ...body };
  const form = readFormBody({ state, csrf_token }, []);
  const context = options.contextOf(request.raw);
  if (!csrf.check(context, request.headers, { state: form.state, token: form.csrfToken })) {
    throw new PageProblemError(forgedForm(`${PATH}?state=${encodeURIComponent(form.state)}`));
  }
  return { state: form.state, step, isBack: go === 'back', members };
}

/**
 * Goes on from the page that was sent, or back. Everything up to there is read anew: what earlier pages
 * held comes along in the form, and is believed as little as the page itself.
 */
async function goThrough(
  page: PageRequest,
  session: FormSession,
  posted: PostedForm,
): Promise<FastifyReply> {
  const { pages } = session;
  const at = pages.findIndex(({ id }) => id === posted.step);
  const names = new Set(pages.flatMap(fieldsOf).map(({ id }) => fieldName(id)));
  const isOurs = Object.keys(posted.members).every((name) => names.has(name));
  if (at === -1 || !isOurs) throw new PageProblemError(FORM_CHANGED);
  const raw = readRawValues(posted.members, pages);
  const previous = pages[at - 1];
  if (posted.isBack && previous !== undefined) {
    return show(page, session, { page: previous, raw, problems: [] });
  }
  const fields: Record<string, JsonObject[string]> = {};
  for (const one of pages.slice(0, at + 1)) {
    const { values, problems } = readPage(one, raw);
    if (problems.length > 0) return show(page, session, { page: one, raw, problems });
    Object.assign(fields, values);
  }
  const next = pages[at + 1];
  if (next !== undefined) return show(page, session, { page: next, raw, problems: [] });
  return finish(page, session, fields);
}

async function show(
  page: PageRequest,
  session: FormSession,
  shown: {
    readonly page: FormStep;
    readonly raw: RawValues;
    readonly problems: readonly FormProblem[];
  },
): Promise<FastifyReply> {
  const { pages, cause, form, place } = session;
  const typed = Object.fromEntries([...shown.raw].map(([id, texts]) => [id, texts.join(', ')]));
  const content = {
    ...shown,
    variables: { vars: cause.vars, fields: { ...hiddenFields(session), ...typed } },
    translations: form?.content.translations,
  };
  const at = pages.indexOf(shown.page);
  return showScreen(page, {
    ...place,
    screen: FORM_SCREEN,
    status: shown.problems.length > 0 ? 400 : 200,
    form: { values: {}, problems: shown.problems },
    data: (t) => ({
      components: viewComponents(t, content),
      carried: viewCarried(pages, shown),
      step: shown.page.id,
      ...viewButtons(t, content),
      hasBack: at > 0,
      position: { at: at + 1, of: pages.length },
    }),
  });
}

/** What goes to the Action beside what was typed: the form's hidden fields, and values without a field. */
function hiddenFields({ form, pages, cause }: FormSession): JsonObject {
  const own = (form?.content.start?.hidden_fields ?? []).filter(({ value }) => value !== undefined);
  const shown = new Set(pages.flatMap(fieldsOf).map(({ id }) => id));
  return {
    ...Object.fromEntries(own.map(({ key, value = '' }) => [key, value])),
    ...Object.fromEntries(Object.entries(cause.fields).filter(([key]) => !shown.has(key))),
  };
}

async function finish(
  page: PageRequest,
  session: FormSession,
  typed: JsonObject,
): Promise<FastifyReply> {
  const { steps, context, state, cause, store, place } = session;
  const url = await steps.complete(context, state, {
    kind: 'form',
    fields: { ...hiddenFields(session), ...typed },
    vars: cause.vars,
  });
  await store.forms.noteSubmission(cause.formId, page.options.clock.now());
  return sendOn(page, place, url);
}

/** The form was deleted while somebody was at it: the application is told, for nobody can go on. */
async function answerGone(page: PageRequest, session: FormSession): Promise<FastifyReply> {
  const { steps, context, state, cause, place } = session;
  const url = await steps.complete(context, state, {
    kind: 'failed',
    error: 'access_denied',
    errorDescription: `The form "${cause.formId.slice(0, 64)}" no longer exists.`,
  });
  return sendOn(page, place, url);
}

const NOTHING: LoginStepAnswer = { kind: 'form', fields: {}, vars: {} };

/**
 * The form was sent before, by a first click: the same way on. A step that is answered keeps its answer;
 * one that is not would have been found.
 */
async function repeatAnswer(page: PageRequest, state: string): Promise<FastifyReply> {
  const context = page.options.contextOf(page.request.raw);
  for (const steps of isState(state) ? page.options.steps : []) {
    const url = await steps.complete(context, state, NOTHING).catch((error: unknown) => {
      const isGone =
        error instanceof Error && 'code' in error && error.code === 'transaction_invalid';
      if (!isGone) throw error;
      return undefined;
    });
    if (url !== undefined) return sendOn(page, { context }, url);
  }
  throw new PageProblemError(TRANSACTION_UNKNOWN);
}
