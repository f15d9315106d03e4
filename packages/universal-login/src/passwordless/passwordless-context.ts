import type { PasswordlessContext } from '@tessera/accounts';
import type { FastifyRequest } from 'fastify';
import { accountContext } from '../account-context.ts';
import type { LoginSession } from '../login-session.ts';
import type { PageRequest } from '../show-screen.ts';

/** As `accountContext`; codes are for an application. */
export function passwordlessContext(page: PageRequest, session: LoginSession): PasswordlessContext {
  return { ...accountContext(page, session), client: session.client };
}

/** Languages of a person's browser, best first; at most ten. */
export function readLanguages(
  { headers }: FastifyRequest,
  uiLocales?: string | undefined,
): readonly string[] {
  const accepted = (headers['accept-language'] ?? '')
    .slice(0, 500)
    .split(',')
    .map((part) => part.split(';')[0]?.trim() ?? '');
  const wished = (uiLocales ?? '').slice(0, 500).split(' ');
  return [...wished, ...accepted].filter((tag) => /^[A-Za-z0-9-]{1,35}$/.test(tag)).slice(0, 10);
}
