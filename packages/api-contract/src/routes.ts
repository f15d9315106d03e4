import { z } from 'zod';
import { defineOperations } from './operation.ts';
import { actionModuleOperations } from './resources/action-modules.ts';
import { actionOperations } from './resources/actions.ts';
import { attackProtectionOperations } from './resources/attack-protection.ts';
import { authenticationMethodOperations } from './resources/authentication-methods.ts';
import { blockOperations } from './resources/blocks.ts';
import { brandingOperations } from './resources/branding.ts';
import { brandingThemeOperations } from './resources/branding-themes.ts';
import { clientGrantOperations } from './resources/client-grants.ts';
import { clientOperations } from './resources/clients.ts';
import { connectionOperations } from './resources/connections.ts';
import { emailProviderOperations } from './resources/email-provider.ts';
import { emailTemplateOperations } from './resources/email-templates.ts';
import { executionOperations } from './resources/executions.ts';
import { formOperations } from './resources/forms.ts';
import { grantOperations } from './resources/grants.ts';
import { groupOperations, userGroupOperations } from './resources/groups.ts';
import { guardianOperations } from './resources/guardian.ts';
import { jobOperations } from './resources/jobs.ts';
import { logOperations } from './resources/logs.ts';
import { outboxOperations } from './resources/outbox.ts';
import { phoneProviderOperations, phoneTemplateOperations } from './resources/phone-messages.ts';
import { promptOperations } from './resources/prompts.ts';
import { resourceServerOperations } from './resources/resource-servers.ts';
import { riskAssessmentOperations } from './resources/risk-assessments.ts';
import { roleOperations } from './resources/roles.ts';
import { signingKeyOperations } from './resources/signing-keys.ts';
import { tenantSettingsOperations } from './resources/tenant-settings.ts';
import { ticketOperations } from './resources/tickets.ts';
import { tokenExchangeProfileOperations } from './resources/token-exchange-profiles.ts';
import { triggerOperations } from './resources/triggers.ts';
import { userIdentityOperations } from './resources/user-identities.ts';
import { userOperations } from './resources/users.ts';

/** Every operation of the management API, below `/api/v2`. The key is the `operationId`. */
export const MANAGEMENT_OPERATIONS = {
  ...actionOperations,
  ...actionModuleOperations,
  ...triggerOperations,
  ...executionOperations,
  ...clientOperations,
  ...resourceServerOperations,
  ...clientGrantOperations,
  ...connectionOperations,
  ...userOperations,
  ...userIdentityOperations,
  ...grantOperations,
  ...roleOperations,
  ...groupOperations,
  ...userGroupOperations,
  ...formOperations,
  ...riskAssessmentOperations,
  ...guardianOperations,
  ...authenticationMethodOperations,
  ...logOperations,
  ...ticketOperations,
  ...jobOperations,
  ...attackProtectionOperations,
  ...blockOperations,
  ...tenantSettingsOperations,
  ...tokenExchangeProfileOperations,
  ...signingKeyOperations,
  ...brandingOperations,
  ...brandingThemeOperations,
  ...promptOperations,
  ...emailTemplateOperations,
  ...emailProviderOperations,
  ...phoneProviderOperations,
  ...phoneTemplateOperations,
  ...outboxOperations,
  ...defineOperations({
    getOpenApiDocument: {
      method: 'GET',
      path: '/openapi.json',
      tag: 'openapi',
      summary: 'This API as an OpenAPI document',
      scopes: [],
      responses: {
        200: {
          description: 'An OpenAPI 3.1 document.',
          schema: z.looseObject({ openapi: z.string() }),
        },
      },
    },
  }),
};
