import { z } from 'zod';
import { defineOperations } from '../operation.ts';

const tag = 'guardian';
const flag = z.strictObject({ enabled: z.boolean().describe('Whether this factor is enabled.') });

/** Names of factors as the hosted service lists them; `duo` is a service that is not reached here. */
export const FACTOR_NAMES = [
  'sms',
  'push-notification',
  'duo',
  'email',
  'otp',
  'webauthn-roaming',
  'webauthn-platform',
  'recovery-code',
] as const;
const factor = z.strictObject({
  enabled: z.boolean(),
  name: z.enum(FACTOR_NAMES),
  trial_expired: z.boolean(),
});
const policies = z
  .array(z.enum(['all-applications', 'confidence-score']))
  .max(1)
  .describe('`all-applications`: always; `confidence-score`: adaptive; empty: never.');
const messageTypes = z.strictObject({
  message_types: z
    .array(z.enum(['sms', 'voice']))
    .min(1)
    .max(2)
    .describe('How codes are sent to phones; the first one is the default.'),
});
const phoneProvider = z.strictObject({
  provider: z
    .enum(['auth0', 'twilio', 'phone-message-hook'])
    .describe(
      'Who sends: `auth0` the phone provider of the tenant, `phone-message-hook` an action.',
    ),
});
const pushProvider = z.strictObject({
  provider: z.enum(['guardian', 'sns', 'direct']).describe('Devices ask by themselves: `direct`.'),
});
/** Longest text of a message, Liquid included. */
const MAX_TEMPLATE_LENGTH = 1_000;
const message = z.string().min(1).max(MAX_TEMPLATE_LENGTH);
const phoneTemplates = z.strictObject({
  enrollment_message: message.describe(
    'Text sent to a phone that is being set up. Knows {{code}}.',
  ),
  verification_message: message.describe('Text sent to a phone that is set up. Knows {{code}}.'),
});
const ticketBody = z.strictObject({
  user_id: z.string().min(1).max(255).describe('user_id for the enrollment ticket'),
  email: z.email().max(254).optional().describe('Alternate email to which the ticket is sent.'),
  send_mail: z.boolean().optional().describe('Send an email to the user to start the enrollment'),
  email_locale: z.string().max(35).optional().describe('Language of that email.'),
  factor: z
    .enum(['push-notification', 'phone', 'email', 'otp', 'webauthn-roaming', 'webauthn-platform'])
    .optional()
    .describe('The factor to set up; any that is enabled if absent.'),
  allow_multiple_enrollments: z
    .boolean()
    .optional()
    .describe('Also for a user who has factors already.'),
});
const ticket = z.strictObject({ ticket_id: z.string(), ticket_url: z.string() });
export const enrollmentSchema = z.looseObject({
  id: z.string(),
  status: z.enum(['pending', 'confirmed']).optional(),
  name: z.string().optional(),
  identifier: z.string().optional(),
  phone_number: z.string().optional(),
  enrolled_at: z.string().optional(),
  last_auth: z.string().optional(),
});

const READ = ['read:guardian_factors'] as const;
const WRITE = ['update:guardian_factors'] as const;

/** The phone factor goes by two names in paths. */
const phoneOperations = <const Name extends 'sms' | 'phone'>(name: Name) =>
  ({
    getProvider: {
      method: 'GET',
      path: `/guardian/factors/${name}/selected-provider`,
      tag,
      summary: `Get ${name} provider`,
      scopes: READ,
      responses: { 200: { description: 'The provider.', schema: phoneProvider } },
    },
    setProvider: {
      method: 'PUT',
      path: `/guardian/factors/${name}/selected-provider`,
      tag,
      summary: `Update ${name} provider`,
      scopes: WRITE,
      body: phoneProvider,
      responses: { 200: { description: 'The provider.', schema: phoneProvider } },
    },
    getTemplates: {
      method: 'GET',
      path: `/guardian/factors/${name}/templates`,
      tag,
      summary: `Get ${name} enrollment and verification templates`,
      scopes: READ,
      responses: { 200: { description: 'The templates.', schema: phoneTemplates } },
    },
    setTemplates: {
      method: 'PUT',
      path: `/guardian/factors/${name}/templates`,
      tag,
      summary: `Update ${name} enrollment and verification templates`,
      scopes: WRITE,
      body: phoneTemplates,
      responses: { 200: { description: 'The templates.', schema: phoneTemplates } },
    },
  }) as const;
const sms = phoneOperations('sms');
const phone = phoneOperations('phone');

export const guardianOperations = defineOperations({
  listFactors: {
    method: 'GET',
    path: '/guardian/factors',
    tag,
    summary: 'Get Factors and multi-factor authentication details',
    scopes: READ,
    responses: { 200: { description: 'The factors.', schema: z.array(factor) } },
  },
  setFactor: {
    method: 'PUT',
    path: '/guardian/factors/{name}',
    tag,
    summary: 'Update multi-factor authentication type',
    scopes: WRITE,
    params: z.object({ name: z.enum(FACTOR_NAMES) }),
    body: flag,
    responses: { 200: { description: 'The factor.', schema: flag } },
  },
  getMfaPolicies: {
    method: 'GET',
    path: '/guardian/policies',
    tag,
    summary: 'Get multi-factor authentication policies',
    scopes: ['read:mfa_policies'],
    responses: { 200: { description: 'The policies.', schema: policies } },
  },
  setMfaPolicies: {
    method: 'PUT',
    path: '/guardian/policies',
    tag,
    summary: 'Update multi-factor authentication policies',
    scopes: ['update:mfa_policies'],
    body: policies,
    responses: { 200: { description: 'The policies.', schema: policies } },
  },
  getPhoneMessageTypes: {
    method: 'GET',
    path: '/guardian/factors/phone/message-types',
    tag,
    summary: 'Get enabled phone factors',
    scopes: READ,
    responses: { 200: { description: 'The message types.', schema: messageTypes } },
  },
  setPhoneMessageTypes: {
    method: 'PUT',
    path: '/guardian/factors/phone/message-types',
    tag,
    summary: 'Update enabled phone factors',
    scopes: WRITE,
    body: messageTypes,
    responses: { 200: { description: 'The message types.', schema: messageTypes } },
  },
  getSmsFactorProvider: sms.getProvider,
  setSmsFactorProvider: sms.setProvider,
  getSmsFactorTemplates: sms.getTemplates,
  setSmsFactorTemplates: sms.setTemplates,
  getPhoneFactorProvider: phone.getProvider,
  setPhoneFactorProvider: phone.setProvider,
  getPhoneFactorTemplates: phone.getTemplates,
  setPhoneFactorTemplates: phone.setTemplates,
  getPushFactorProvider: {
    method: 'GET',
    path: '/guardian/factors/push-notification/selected-provider',
    tag,
    summary: 'Get push notification provider',
    scopes: READ,
    responses: { 200: { description: 'The provider.', schema: pushProvider } },
  },
  setPushFactorProvider: {
    method: 'PUT',
    path: '/guardian/factors/push-notification/selected-provider',
    tag,
    summary: 'Update push notification provider',
    scopes: WRITE,
    body: pushProvider,
    responses: { 200: { description: 'The provider.', schema: pushProvider } },
  },
  createEnrollmentTicket: {
    method: 'POST',
    path: '/guardian/enrollments/ticket',
    tag,
    summary: 'Create a multi-factor authentication enrollment ticket',
    scopes: ['create:guardian_enrollment_tickets'],
    body: ticketBody,
    responses: { 200: { description: 'Enrollment ticket successfully created.', schema: ticket } },
  },
  getEnrollment: {
    method: 'GET',
    path: '/guardian/enrollments/{id}',
    tag,
    summary: 'Retrieve a multi-factor authentication enrollment',
    scopes: ['read:guardian_enrollments'],
    responses: { 200: { description: 'The enrollment.', schema: enrollmentSchema } },
  },
  deleteEnrollment: {
    method: 'DELETE',
    path: '/guardian/enrollments/{id}',
    tag,
    summary: 'Delete a multi-factor authentication enrollment',
    scopes: ['delete:guardian_enrollments'],
    responses: { 204: { description: 'Enrollment successfully deleted.' } },
  },
});
