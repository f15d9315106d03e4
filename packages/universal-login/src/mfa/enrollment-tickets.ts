import { AppError, type LoginSteps, type RequestContext } from '@tessera/model';
import type { FastifyInstance } from 'fastify';
import type { CsrfProtection } from '../csrf.ts';
import { isState } from '../login-session.ts';
import type { UniversalLoginOptions } from '../options.ts';
import { PageProblemError } from '../page-problem.ts';
import { showScreen } from '../show-screen.ts';
import { TICKET_UNKNOWN } from './mfa-session.ts';
import { mfaUrl } from './mfa-urls.ts';
import { DONE_SCREEN } from './screens.ts';

/** Where links of enrollment tickets lead (`ticket`), and where they end. */
const TICKET_PATH = '/mfa/enrollment';
const DONE_PATH = '/u/mfa-enrollment-done';

/** Steps of people who follow an administrator's link: no login waits for them. The link is the secret. */
export function createTicketSteps(
  options: Pick<UniversalLoginOptions, 'store' | 'multifactor'>,
): LoginSteps {
  const { multifactor } = options;
  const open = ({ tenant }: RequestContext) => ({ store: options.store.tenant(tenant.id) });
  return {
    async find(context, state) {
      const ticket = await multifactor.findEnrollmentTicket(open(context), state);
      if (!ticket || ticket.isClosed) return undefined;
      const { userId, type, allowsFurther, isUsed } = ticket;
      const types =
        type === undefined ? multifactor.listEnabledTypes(context.tenant) : ([type] as const);
      const factors = types
        .filter((name) => type !== undefined || name !== 'recovery-code')
        .map((name) => ({ type: name }));
      return {
        state,
        userId,
        hasPassedFactor: allowsFurther,
        ticket: isUsed ? 'used' : 'open',
        cause: { kind: 'enrollment', factors, additionalFactors: [], allowRememberBrowser: false },
      };
    },
    async complete(context, state, answer) {
      const ticket = await multifactor.findEnrollmentTicket(open(context), state);
      if (!ticket) throw new AppError('transaction_invalid', 'The ticket is gone.');
      if (answer.kind === 'failed') throw new PageProblemError(TICKET_UNKNOWN);
      await multifactor.closeEnrollmentTicket(open(context), state);
      return DONE_PATH;
    },
  };
}

/** Adds the beginning and the end of the way that such a link leads. */
export function addTicketRoutes(
  app: FastifyInstance,
  options: UniversalLoginOptions,
  csrf: CsrfProtection,
): void {
  const steps = createTicketSteps(options);
  app.get<{ Querystring: Record<string, unknown> }>(TICKET_PATH, async (request, reply) => {
    const context = options.contextOf(request.raw);
    const { ticket } = request.query;
    const step = isState(ticket) ? await steps.find(context, ticket) : undefined;
    if (!step) throw new PageProblemError(TICKET_UNKNOWN);
    return reply.header('cache-control', 'no-store').redirect(mfaUrl(step.state), 303);
  });

  app.get(DONE_PATH, async (request, reply) =>
    showScreen(
      { options, csrf, request, reply },
      { context: options.contextOf(request.raw), screen: DONE_SCREEN, data: {} },
    ),
  );
}
