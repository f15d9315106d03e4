import type { MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import type { Authenticator, Clock, Messages, Multifactor, TenantStore } from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { WireError } from '../../http/wire-error.ts';
import { getUser, toMultifactorContext } from './authentication-method-handlers.ts';
import { isEnrollment, toWireEnrollment } from './authenticator-mapper.ts';
import { removeFactors } from './remove-factors.ts';

type EnrollmentOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  'createEnrollmentTicket' | 'getEnrollment' | 'deleteEnrollment'
>;

async function findEnrollment(store: TenantStore, id: string): Promise<Authenticator | undefined> {
  const found = await store.authenticators.find(id);
  return found && isEnrollment(found) ? found : undefined;
}

/** Invitations to set up a factor, and single enrollments by id. */
export function enrollmentHandlers(services: {
  readonly clock: Clock;
  readonly messages: Messages;
  readonly multifactor: Multifactor;
}): OperationHandlers<EnrollmentOperations> {
  const { messages, multifactor } = services;
  return {
    createEnrollmentTicket: async (request) => {
      const { body, store, context, facts } = request;
      const user = await getUser(store, body.user_id);
      const to = body.email ?? user.email;
      if (body.send_mail === true && to === undefined) {
        throw new WireError('invalid_body', 'The user has no email; give one.', {
          errorCode: 'invalid_body',
        });
      }
      const { factor: type } = body;
      const id = await multifactor.createEnrollmentTicket(toMultifactorContext(request), {
        userId: user.userId,
        allowsFurther: body.allow_multiple_enrollments ?? false,
        ...(type === undefined ? {} : { type }),
      });
      const url = `${context.baseUrl}mfa/enrollment?ticket=${id}`;
      if (body.send_mail === true && to !== undefined) {
        const { tenant, baseUrl } = context;
        const languages = body.email_locale === undefined ? {} : { languages: [body.email_locale] };
        await messages.sendEmail(
          { tenant, store, baseUrl, request: facts, ...languages },
          { template: 'enrollment_email', to, user, variables: { link: url, url } },
        );
      }
      return { status: 200, body: { ticket_id: id, ticket_url: url } };
    },
    getEnrollment: async ({ store, params }) => {
      const found = await findEnrollment(store, params.id);
      if (!found) throw notFound('The enrollment does not exist.', 'enrollment_not_found');
      return { status: 200, body: toWireEnrollment(found) };
    },
    deleteEnrollment: async ({ store, context, params }) => {
      const found = await findEnrollment(store, params.id);
      if (!found) throw notFound('The enrollment does not exist.', 'enrollment_not_found');
      await removeFactors(services, { store, context }, found.userId, [found]);
      return { status: 204 };
    },
  };
}
