import {
  buildPasswordResetPostChallengeEvent,
  type PromptFacts,
  type SuspensionCause,
} from '@tessera/engine';
import type { Client, Connection, RequestFacts, User } from '@tessera/model';
import type { AccountContext, AccountsOptions } from '../account-context.ts';
import { parseWebUrl } from '../parse-web-url.ts';
import { logRefusedReset } from './log-refused-reset.ts';
import type { ResetPhase, ResetSession } from './reset-session.ts';

/** Roles that an event names at most. */
const MAX_ROLES = 100;

/** Stands in `event.client` for a link that the management API made without an application. */
const NO_CLIENT: Pick<Client, 'clientId' | 'name' | 'metadata'> = {
  clientId: '',
  name: 'All Applications',
  metadata: {},
};

/** Whose reset is run, with what it is about. */
export interface PostChallengeRun {
  readonly session: Omit<ResetSession, 'phase' | 'expiresAt'>;
  readonly user: User;
  readonly connection: Connection;
  /** Goes on with it. */
  readonly suspended?: Extract<ResetPhase, { kind: 'suspended' }>;
  /** The request that began, or that goes on. */
  readonly request: RequestFacts;
  readonly state?: string;
}

/** Where the reset stands then, and the executions so far. */
export interface PostChallengeEnd {
  readonly phase: ResetPhase;
  readonly executions: readonly string[];
}

/**
 * Runs password-reset-post-challenge, or goes on with it. What an Action refuses or breaks ends the
 * reset. Writes `fcp` when it ends here.
 */
export async function runPostChallenge(
  services: AccountsOptions,
  context: AccountContext,
  run: PostChallengeRun,
): Promise<PostChallengeEnd> {
  const { session, suspended } = run;
  const outcome = await services.pipeline.run({
    store: context.store,
    triggerId: 'password-reset-post-challenge',
    event: await buildEvent(services, context, run),
    timeoutMs: context.tenant.settings.actionTimeoutMs,
    canRedirect: true,
    ...(suspended === undefined ? {} : { resume: suspended.suspension }),
  });
  const { end, effects, executionId } = outcome;
  const executions =
    executionId === undefined || session.executions.includes(executionId)
      ? session.executions
      : [...session.executions, executionId];
  const refuse = async (reason: string): Promise<PostChallengeEnd> => {
    await logRefusedReset(services, context, { ...run, executions, reason });
    return { phase: { kind: 'refused', reason }, executions };
  };
  switch (end.kind) {
    case 'completed': {
      const { resultUrl } = effects;
      return {
        phase: { kind: 'password', ...(resultUrl === undefined ? {} : { resultUrl }) },
        executions,
      };
    }
    case 'suspended': {
      // What looked like an address when it was asked for need not be one: its port can be too high.
      if (end.suspension.kind === 'redirect' && parseWebUrl(end.suspension.url) === null) {
        return refuse('An action redirects to an address that is no web page.');
      }
      if (!(await isPossible(services, context, { ...run, cause: end.suspension }))) {
        return refuse('The user has none of the factors that an action asked for.');
      }
      return { phase: { kind: 'suspended', suspension: end.suspension }, executions };
    }
    case 'denied':
      return refuse(end.reason);
    case 'invalid':
    case 'failed':
      return refuse(end.message);
    case 'dropped':
    case 'retry':
      throw new Error(`password-reset-post-challenge cannot end as ${end.kind}`);
  }
}

/** A challenge needs a factor that the person has; others are passed over. */
async function isPossible(
  { multifactor }: AccountsOptions,
  { tenant, store, baseUrl, client }: AccountContext,
  { cause, user, request }: PostChallengeRun & { readonly cause: SuspensionCause },
): Promise<boolean> {
  if (cause.kind !== 'challenge') return cause.kind !== 'enrollment';
  const context = { tenant, store, baseUrl, request, ...(client ? { client } : {}) };
  const usable = (await multifactor?.listUsableFactors(context, user)) ?? [];
  return [...cause.factors, ...cause.additionalFactors].some((factor) =>
    usable.some(({ type }) => type === factor.type),
  );
}

async function buildEvent(
  services: AccountsOptions,
  context: AccountContext,
  run: PostChallengeRun,
) {
  const { tenant, store, client, baseUrl } = context;
  const { session, user, connection, request } = run;
  const { items: roles } = await store.roles.listForUser(user.userId, {
    page: 0,
    perPage: MAX_ROLES,
  });
  const factorContext = { tenant, store, baseUrl, request, ...(client ? { client } : {}) };
  const enrolled = await services.multifactor?.listEnrolledFactors(factorContext, user);
  const uiLocales = session.uiLocales?.split(' ').filter((locale) => locale !== '') ?? [];
  const [locale] = uiLocales;
  const prompt = readPrompt(run);
  return buildPasswordResetPostChallengeEvent({
    tenant,
    // Only these three members are read of an application.
    client: client ?? (NO_CLIENT as Client),
    connection,
    user,
    request,
    roles: roles.map(({ name }) => name),
    authenticationMethods: session.methods,
    enrolledFactors: enrolled ?? [],
    uiLocales,
    ...(locale === undefined ? {} : { locale }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(run.state === undefined ? {} : { state: run.state }),
    correlationId: session.correlationId,
  });
}

/** What came back from a form that the run waited for. */
function readPrompt({ suspended }: PostChallengeRun): PromptFacts | undefined {
  const answer = suspended?.answer;
  if (suspended?.suspension.kind !== 'form' || answer?.kind !== 'form') return undefined;
  return { id: suspended.suspension.formId, fields: answer.fields, vars: answer.vars };
}
