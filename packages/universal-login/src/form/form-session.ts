import {
  type Client,
  FORM_ENDING,
  type Form,
  type FormStep,
  type LoginStep,
  type LoginSteps,
  type RequestContext,
  type TenantStore,
} from '@tessera/model';
import { isState } from '../login-session.ts';
import { PageProblemError, TRANSACTION_UNKNOWN } from '../page-problem.ts';
import type { PageRequest, ScreenPlace } from '../show-screen.ts';

type FormCause = Extract<LoginStep['cause'], { readonly kind: 'form' }>;

/** A flow that waits for a form, in the browser that began it. */
export interface FormSession {
  readonly context: RequestContext;
  readonly store: TenantStore;
  readonly steps: LoginSteps;
  readonly state: string;
  readonly cause: FormCause;
  /** Undefined when it was deleted since the flow began. */
  readonly form: Form | undefined;
  /** Pages of the form, in order. */
  readonly pages: readonly FormStep[];
  readonly place: Exclude<ScreenPlace, { readonly session: unknown }>;
  readonly client: Client | undefined;
}

/** Finds the flow behind a `state`; undefined when there is none that waits for a form. */
export async function findFormSession(
  { options, request }: PageRequest,
  state: unknown,
): Promise<FormSession | undefined> {
  if (!isState(state)) return undefined;
  const context = options.contextOf(request.raw);
  for (const steps of options.steps) {
    const step = await steps.find(context, state);
    if (step?.cause.kind !== 'form') continue;
    const store = options.store.tenant(context.tenant.id);
    const { clientId, uiLocales, cause } = step;
    const [form, client] = await Promise.all([
      store.forms.find(cause.formId),
      clientId === undefined ? undefined : store.clients.find(clientId),
    ]);
    const place = { context, state, client, uiLocales };
    return { context, store, steps, state, cause, form, pages: listPages(form), place, client };
  }
  return undefined;
}

export async function getFormSession(page: PageRequest, state: unknown): Promise<FormSession> {
  const session = await findFormSession(page, state);
  if (session === undefined) throw new PageProblemError(TRANSACTION_UNKNOWN);
  return session;
}

/** From the start to the end; what is stored has been checked to lead there. */
function listPages(form: Form | undefined): readonly FormStep[] {
  const { nodes = [], start } = form?.content ?? {};
  const pages: FormStep[] = [];
  let next = start?.next_node ?? nodes[0]?.id ?? FORM_ENDING;
  while (next !== FORM_ENDING && pages.length < nodes.length) {
    const node = nodes.find(({ id }) => id === next);
    if (node === undefined) break;
    pages.push(node);
    next = node.config?.next_node ?? FORM_ENDING;
  }
  return pages;
}
