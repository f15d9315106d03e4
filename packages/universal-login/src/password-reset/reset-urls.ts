import type { ResetView } from '@tessera/accounts';

const withState = (path: string, state: string): string =>
  `${path}?state=${encodeURIComponent(state)}`;

/** Addresses of the reset's pages, relative to the tenant's origin. */
export const resetPageUrl = (state: string): string => withState('/u/reset-password', state);
export const resetResumeUrl = (state: string): string =>
  withState('/u/reset-password/resume', state);
export const resetRequestUrl = (connection: string, state: string): string =>
  withState(`/u/reset-password/request/${encodeURIComponent(connection)}`, state);

/** Pages that serve the steps of every flow. */
const STEP_PATHS = { challenge: '/u/mfa', enrollment: '/u/mfa', form: '/u/form' } as const;

/** Where the browser has to go for a reset to go on. Absolute when an Action sends it away. */
export function nextUrl({ phase, state }: ResetView): string {
  if (phase.kind === 'moved') return resetPageUrl(phase.to);
  if (phase.kind !== 'suspended') return resetPageUrl(state);
  const { suspension } = phase;
  if (suspension.kind !== 'redirect') return withState(STEP_PATHS[suspension.kind], state);
  const url = new URL(suspension.url);
  url.searchParams.set('state', state);
  return url.href;
}
