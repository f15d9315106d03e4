import type { Connection, RequestFacts } from '@tessera/model';
import type { AccountContext } from '../account-context.ts';
import type { Credentials } from '../passwords/credentials.ts';
import type { ResetBrowser, ResetServices, ResetView } from './password-resets.ts';
import { findPeople, viewReset, withClient } from './reset-people.ts';
import {
  findSession,
  type ResetAnswer,
  type ResetPhase,
  type ResetSession,
  saveSession,
} from './reset-session.ts';
import { findLink } from './reset-tickets.ts';
import { runPostChallenge } from './run-post-challenge.ts';

/** See `PasswordResets.resume`. */
export async function resumeReset(
  services: ResetServices,
  context: AccountContext,
  at: {
    readonly browser: ResetBrowser;
    readonly state: string;
    readonly request: RequestFacts;
  },
): Promise<ResetView | undefined> {
  const { store } = context;
  const session = await findSession(store, at.state, at.browser.id);
  if (session?.phase.kind === 'moved') {
    const next = await findSession(store, session.phase.to, at.browser.id);
    // Only our own pages come twice; whom an Action sent away comes once.
    return next && viewReset(context, session.phase.to, next);
  }
  if (session?.phase.kind !== 'suspended') return undefined;
  const { phase } = session;
  if (phase.suspension.kind !== 'redirect' && phase.answer === undefined) return undefined;
  const people = await findPeople(context, session.userId, session.link);
  if (people === undefined || (await findLink(store, session.ticket)) === undefined)
    return undefined;
  // Exactly one of any number of concurrent requests goes on.
  if ((await store.tickets.consume('reset-step', at.state)) === undefined) return undefined;
  const next = await goOn(services, context, { session, phase, people, at });
  const state = await saveSession(store, services.randomBytes, next);
  const moved = { ...session, phase: { kind: 'moved', to: state } } as const;
  if (phase.suspension.kind !== 'redirect') {
    await saveSession(store, services.randomBytes, moved, at.state);
  }
  return viewReset(context, state, next);
}

async function goOn(
  services: ResetServices,
  context: AccountContext,
  going: {
    readonly session: ResetSession;
    readonly phase: Extract<ResetPhase, { kind: 'suspended' }>;
    readonly people: Credentials & { readonly connection: Connection };
    readonly at: { readonly state: string; readonly request: RequestFacts };
  },
): Promise<ResetSession> {
  const { session, phase, people, at } = going;
  const { answer } = phase;
  if (answer?.kind === 'failed') {
    return { ...session, phase: { kind: 'refused', reason: answer.errorDescription } };
  }
  const methods = withFactor(session.methods, answer);
  const owned = await withClient(context, session.link);
  const end = await runPostChallenge(services, owned, {
    session: { ...session, methods },
    ...people,
    suspended: phase,
    request:
      phase.held === undefined ? at.request : { ...at.request, method: 'POST', ...phase.held },
    state: at.state,
  });
  return { ...session, methods, ...end };
}

function withFactor(methods: ResetSession['methods'], answer: ResetAnswer | undefined) {
  if (answer?.kind !== 'factor') return methods;
  return [...methods, { name: 'mfa', timestamp: String(answer.at), type: answer.type }];
}
