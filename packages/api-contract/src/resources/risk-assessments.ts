import { z } from 'zod';
import { defineOperations } from '../operation.ts';

const settings = z.strictObject({
  enabled: z.boolean().describe('Whether or not risk assessment is enabled.'),
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
    body: settings,
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
