import { createAlphanumericId } from '@tessera/model';
import type { AccountContext } from '../account-context.ts';
import type { ResetBrowser, ResetServices, ResetView } from './password-resets.ts';
import { RESET_LIMITS } from './reset-limits.ts';
import { findPeople, viewReset, withClient } from './reset-people.ts';
import { bindBrowser, saveSession } from './reset-session.ts';
import { findLink } from './reset-tickets.ts';
import { runPostChallenge } from './run-post-challenge.ts';

/** See `PasswordResets.begin`. */
export async function beginReset(
  services: ResetServices,
  context: AccountContext,
  { browser, ticket }: { readonly browser: ResetBrowser; readonly ticket: string },
): Promise<ResetView | undefined> {
  const { store } = context;
  const found = await findLink(store, ticket);
  const people = found && (await findPeople(context, found.userId, found.link));
  if (found === undefined || people === undefined || browser.id === undefined) return undefined;
  const owned = await withClient(context, found.link);
  const now = services.clock.now();
  const session = {
    userId: found.userId,
    browser: bindBrowser(browser.id),
    ticket,
    link: found.link,
    methods: [{ name: found.link.method, timestamp: now.toISOString() }],
    executions: [],
    correlationId: createAlphanumericId(services.randomBytes, 24),
    ...(browser.uiLocales === undefined ? {} : { uiLocales: browser.uiLocales }),
  };
  const { request } = context;
  const end = await runPostChallenge(services, owned, { session, ...people, request });
  const expiresAt = new Date(
    Math.min(found.expiresAt.getTime(), now.getTime() + RESET_LIMITS.sessionSeconds * 1000),
  );
  const saved = { ...session, ...end, expiresAt };
  const state = await saveSession(store, services.randomBytes, saved);
  return viewReset(context, state, saved);
}
