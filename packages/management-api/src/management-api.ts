import formbody from '@fastify/formbody';
import {
  createOpenApiDocument,
  MANAGEMENT_OPERATIONS,
  PLATFORM_OPERATIONS,
} from '@tessera/api-contract';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { handleErrors } from './http/error-handling.ts';
import { parseJsonBody } from './http/json-body.ts';
import { notFound } from './http/not-found.ts';
import type { OperationHandlers } from './http/operation-handler.ts';
import { registerOperations } from './http/register-operations.ts';
import type { ManagementApiOptions } from './options.ts';
import { managementAudience, platformAudience } from './provisioning/audiences.ts';
import { actionHandlers } from './resources/actions/action-handlers.ts';
import { executionHandlers } from './resources/actions/execution-handlers.ts';
import { moduleHandlers } from './resources/actions/module-handlers.ts';
import { triggerHandlers } from './resources/actions/trigger-handlers.ts';
import { attackProtectionHandlers } from './resources/attack-protection/attack-protection-handlers.ts';
import { blockHandlers } from './resources/attack-protection/block-handlers.ts';
import { brandingHandlers } from './resources/branding/branding-handlers.ts';
import { brandingThemeHandlers } from './resources/branding/theme-handlers.ts';
import { clientGrantHandlers } from './resources/client-grants/client-grant-handlers.ts';
import { clientHandlers } from './resources/clients/client-handlers.ts';
import { connectionHandlers } from './resources/connections/connection-handlers.ts';
import { formHandlers } from './resources/forms/form-handlers.ts';
import { grantHandlers } from './resources/grants/grant-handlers.ts';
import { groupHandlers } from './resources/groups/group-handlers.ts';
import { groupRoleHandlers } from './resources/groups/group-role-handlers.ts';
import { userGroupHandlers } from './resources/groups/user-group-handlers.ts';
import { authenticationMethodHandlers } from './resources/guardian/authentication-method-handlers.ts';
import { enrollmentHandlers } from './resources/guardian/enrollment-handlers.ts';
import { factorHandlers } from './resources/guardian/factor-handlers.ts';
import { jobHandlers } from './resources/jobs/job-handlers.ts';
import { addMultipartParser } from './resources/jobs/multipart.ts';
import { logHandlers } from './resources/logs/log-handlers.ts';
import { emailProviderHandlers } from './resources/messages/email-provider-handlers.ts';
import { emailTemplateHandlers } from './resources/messages/email-template-handlers.ts';
import { outboxHandlers } from './resources/messages/outbox-handlers.ts';
import { phoneProviderHandlers } from './resources/messages/phone-provider-handlers.ts';
import { phoneTemplateHandlers } from './resources/messages/phone-template-handlers.ts';
import { platformHandlers } from './resources/platform/platform-handlers.ts';
import { promptHandlers } from './resources/prompts/prompt-handlers.ts';
import { resourceServerHandlers } from './resources/resource-servers/resource-server-handlers.ts';
import { riskAssessmentHandlers } from './resources/risk-assessments/risk-assessment-handlers.ts';
import { roleHandlers } from './resources/roles/role-handlers.ts';
import { signingKeyHandlers } from './resources/signing-keys/signing-key-handlers.ts';
import { tenantSettingsHandlers } from './resources/tenant-settings/tenant-settings-handlers.ts';
import { ticketHandlers } from './resources/tickets/ticket-handlers.ts';
import { tokenExchangeProfileHandlers } from './resources/token-exchange-profiles/token-exchange-profile-handlers.ts';
import { userIdentityHandlers } from './resources/users/identity-handlers.ts';
import { userHandlers } from './resources/users/user-handlers.ts';

/** Largest body of a request, in bytes: an action with all it may have is a quarter of it. */
const MAX_BODY_BYTES = 1_048_576;

/** Every handler of the management API; a missing one does not compile. */
function managementHandlers(
  options: ManagementApiOptions,
): OperationHandlers<typeof MANAGEMENT_OPERATIONS> {
  return {
    ...actionHandlers(options),
    ...moduleHandlers(options),
    ...triggerHandlers(options),
    ...executionHandlers(options),
    ...clientHandlers(options),
    ...resourceServerHandlers(options),
    ...clientGrantHandlers(options),
    ...connectionHandlers(options),
    ...userHandlers(options),
    ...userIdentityHandlers(options),
    ...grantHandlers(),
    ...roleHandlers(options),
    ...groupHandlers(options),
    ...groupRoleHandlers(),
    ...userGroupHandlers(),
    ...formHandlers(options),
    ...riskAssessmentHandlers(options),
    ...factorHandlers(options),
    ...enrollmentHandlers(options),
    ...authenticationMethodHandlers(options),
    ...logHandlers(),
    ...ticketHandlers(options),
    ...jobHandlers(options),
    ...attackProtectionHandlers(options),
    ...blockHandlers(options),
    ...tenantSettingsHandlers(options),
    ...tokenExchangeProfileHandlers(options),
    ...signingKeyHandlers(options),
    ...brandingHandlers(options),
    ...brandingThemeHandlers(options),
    ...promptHandlers(options),
    ...emailTemplateHandlers(options),
    ...emailProviderHandlers(),
    ...phoneProviderHandlers(options),
    ...phoneTemplateHandlers(options),
    ...outboxHandlers(options),
    getOpenApiDocument: async ({ context }) => ({
      status: 200,
      body: createOpenApiDocument(context.baseUrl),
    }),
  };
}

/** What both APIs do with bodies and failures, whatever the server around them does. */
async function prepare(app: FastifyInstance, options: ManagementApiOptions): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    /^application\/(?:[\w.-]+\+)?json(?:;|$)/,
    { parseAs: 'string', bodyLimit: MAX_BODY_BYTES },
    async (_request: unknown, text: string) => parseJsonBody(text),
  );
  await app.register(formbody, { bodyLimit: MAX_BODY_BYTES });
  addMultipartParser(app);
  handleErrors(app, options.logger);
}

/**
 * The management API at `/api/v2` and, at the default tenant, the platform API at `/platform/v1`.
 * `options.contextOf` says which tenant a request is for.
 */
export function managementApi(options: ManagementApiOptions): FastifyPluginAsync {
  return async (app) => {
    await app.register(
      async (api) => {
        await prepare(api, options);
        registerOperations(api, options, {
          operations: MANAGEMENT_OPERATIONS,
          handlers: managementHandlers(options),
          audienceOf: ({ baseUrl }) => managementAudience(baseUrl),
        });
      },
      { prefix: '/api/v2' },
    );
    await app.register(
      async (api) => {
        await prepare(api, options);
        registerOperations(api, options, {
          operations: PLATFORM_OPERATIONS,
          handlers: platformHandlers(options),
          audienceOf: ({ tenant, baseUrl }) => {
            if (!tenant.isDefault) throw notFound('Not Found');
            return platformAudience(baseUrl);
          },
        });
      },
      { prefix: '/platform/v1' },
    );
  };
}
