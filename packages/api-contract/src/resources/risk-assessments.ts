import { z } from 'zod';
import { defineOperations } from '../operation.ts';
import { quote } from '../values.ts';

/** Entries of a tenant's list of addresses. */
const MAX_UNTRUSTED = 1_000;

const enabled = z.boolean().describe('Whether or not risk assessment is enabled.');
const untrustedAddresses = z
  .array(
    z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
      error: ({ input }) => `"${quote(input)}" is neither an address nor a range of addresses`,
    }),
  )
  .max(MAX_UNTRUSTED)
  .describe(
    'Addresses and ranges from which logins have low confidence. An addition of this server; answered only when set.',
  );
const settings = z.strictObject({
  enabled,
  untrusted_addresses: untrustedAddresses.optional(),
});
const updateSettings = settings.partial().refine((body) => Object.keys(body).length > 0, {
  error: 'Too few properties defined (0), minimum 1',
});
const newDevice = z.strictObject({
  remember_for: z
    .int()
    .min(1)
    .max(365)
    .describe('Length of time to remember devices for, in days.'),
});
const clearBody = z.strictObject({
  connection: z
    .string()
    .min(1)
    .max(128)
    .regex(/^[a-zA-Z0-9](-[a-zA-Z0-9]|[a-zA-Z0-9])*$/)
    .describe('The name of the connection containing the user whose assessors should be cleared.'),
  assessors: z
    .array(z.enum(['new-device']))
    .min(1)
    .describe('List of assessors to clear.'),
});
const tag = 'risk-assessments';

export const riskAssessmentOperations = defineOperations({
  getRiskAssessmentSettings: {
    method: 'GET',
    path: '/risk-assessments/settings',
    tag,
    summary: 'Get risk assessment settings',
    scopes: ['read:attack_protection'],
    responses: {
      200: { description: 'Returning risk assessment settings for the tenant', schema: settings },
    },
  },
  updateRiskAssessmentSettings: {
    method: 'PATCH',
    path: '/risk-assessments/settings',
    tag,
    summary: 'Update risk assessment settings',
    scopes: ['update:attack_protection'],
    body: updateSettings,
    responses: {
      200: { description: 'Returning risk assessment settings for the tenant', schema: settings },
    },
  },
  getNewDeviceAssessor: {
    method: 'GET',
    path: '/risk-assessments/settings/new-device',
    tag,
    summary: 'Get new device assessor',
    scopes: ['read:attack_protection'],
    responses: {
      200: {
        description: 'Returning risk assessment settings for new devices',
        schema: newDevice,
      },
    },
  },
  updateNewDeviceAssessor: {
    method: 'PATCH',
    path: '/risk-assessments/settings/new-device',
    tag,
    summary: 'Update new device assessor',
    scopes: ['update:attack_protection'],
    body: newDevice,
    responses: {
      200: {
        description: 'Returning risk assessment settings for new devices',
        schema: newDevice,
      },
    },
  },
  clearRiskAssessors: {
    method: 'POST',
    path: '/users/{id}/risk-assessments/clear',
    tag: 'users',
    summary: 'Clear risk assessment assessors for a specific user',
    scopes: ['update:users'],
    body: clearBody,
    responses: { 204: { description: 'Risk assessment assessors cleared.' } },
  },
});
