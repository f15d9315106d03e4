import { z } from 'zod';
import { defineOperations } from '../operation.ts';
import { totalsPaging } from '../paging.ts';
import { enrollmentSchema } from './guardian.ts';

const tag = 'users';
const MAX_NAME_LENGTH = 100;
/** Methods that one request may set at once. */
const MAX_METHODS = 20;

const name = z.string().min(1).max(MAX_NAME_LENGTH).describe('A human-readable label.');
const phoneNumber = z
  .string()
  .min(2)
  .max(30)
  .regex(/^\+[1-9][0-9]{6,14}$/, 'must be a phone number in E.164 form')
  .describe('Applies to phone authentication methods only.');
const email = z.email().max(254).describe('Applies to email authentication methods only.');
const totpSecret = z
  .string()
  .regex(/^[A-Z2-7]{16,103}$/, 'must be base32 of 80 to 512 bits')
  .describe('Base32 encoded secret for TOTP generation.');
const preferred = z
  .enum(['voice', 'sms'])
  .describe('Applies to phone authentication methods only.');
const base64 = z
  .string()
  .min(1)
  .max(4_096)
  .regex(/^[\w+/-]+={0,2}$/, 'must be base64');

/** What an administrator may set for a person. What is set so counts as confirmed. */
const newMethod = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('phone'),
    name: name.optional(),
    phone_number: phoneNumber,
    preferred_authentication_method: preferred.optional(),
  }),
  z.strictObject({ type: z.literal('email'), name: name.optional(), email }),
  z.strictObject({ type: z.literal('totp'), name: name.optional(), totp_secret: totpSecret }),
  z.strictObject({
    type: z.literal('webauthn-roaming'),
    name: name.optional(),
    key_id: base64.describe('Id of the credential, base64url.'),
    public_key: base64.describe('COSE key of the credential, base64.'),
    relying_party_identifier: z.string().max(253).optional(),
  }),
]);
export type NewAuthenticationMethodBody = z.output<typeof newMethod>;
const methodPatch = z.strictObject({
  name: name.optional(),
  preferred_authentication_method: preferred.optional(),
});

const method = z.looseObject({
  id: z.string(),
  type: z.string(),
  confirmed: z.boolean().optional(),
  name: z.string().optional(),
  created_at: z.string(),
  last_auth_at: z.string().optional(),
});
const methodParams = z.object({ id: z.string(), authentication_method_id: z.string() });

export const authenticationMethodOperations = defineOperations({
  listAuthenticationMethods: {
    method: 'GET',
    path: '/users/{id}/authentication-methods',
    tag,
    summary: 'Get a list of authentication methods',
    scopes: ['read:authentication_methods'],
    query: z.strictObject(totalsPaging),
    responses: { 200: { description: 'The authentication methods.', schema: z.unknown() } },
  },
  createAuthenticationMethod: {
    method: 'POST',
    path: '/users/{id}/authentication-methods',
    tag,
    summary: 'Creates an authentication method for a given user',
    scopes: ['create:authentication_methods'],
    body: newMethod,
    responses: { 201: { description: 'Authentication method created.', schema: method } },
  },
  setAuthenticationMethods: {
    method: 'PUT',
    path: '/users/{id}/authentication-methods',
    tag,
    summary: 'Update all authentication methods by replacing them with the given ones',
    scopes: ['update:authentication_methods'],
    body: z.array(newMethod).max(MAX_METHODS),
    responses: { 200: { description: 'The authentication methods.', schema: z.array(method) } },
  },
  deleteAuthenticationMethods: {
    method: 'DELETE',
    path: '/users/{id}/authentication-methods',
    tag,
    summary: 'Delete all authentication methods for the given user',
    scopes: ['delete:authentication_methods'],
    responses: { 204: { description: 'Authentication methods successfully deleted.' } },
  },
  getAuthenticationMethod: {
    method: 'GET',
    path: '/users/{id}/authentication-methods/{authentication_method_id}',
    tag,
    summary: 'Get an authentication method by ID',
    scopes: ['read:authentication_methods'],
    params: methodParams,
    responses: { 200: { description: 'The authentication method.', schema: method } },
  },
  updateAuthenticationMethod: {
    method: 'PATCH',
    path: '/users/{id}/authentication-methods/{authentication_method_id}',
    tag,
    summary: 'Update an authentication method',
    scopes: ['update:authentication_methods'],
    params: methodParams,
    body: methodPatch,
    responses: { 200: { description: 'The authentication method.', schema: method } },
  },
  deleteAuthenticationMethod: {
    method: 'DELETE',
    path: '/users/{id}/authentication-methods/{authentication_method_id}',
    tag,
    summary: 'Delete an authentication method by ID',
    scopes: ['delete:authentication_methods'],
    params: methodParams,
    responses: { 204: { description: 'Authentication method successfully deleted.' } },
  },
  listUserEnrollments: {
    method: 'GET',
    path: '/users/{id}/enrollments',
    tag,
    summary: 'Get the First Confirmed Multi-factor Authentication Enrollment',
    scopes: ['read:users'],
    responses: { 200: { description: 'Enrollments.', schema: z.array(enrollmentSchema) } },
  },
  deleteUserAuthenticators: {
    method: 'DELETE',
    path: '/users/{id}/authenticators',
    tag,
    summary: 'Delete All Authenticators',
    scopes: ['delete:guardian_enrollments'],
    responses: { 204: { description: 'All authenticators successfully deleted.' } },
  },
  deleteUserMultifactorProvider: {
    method: 'DELETE',
    path: '/users/{id}/multifactor/{provider}',
    tag,
    summary: "Delete a User's Multi-factor Provider",
    scopes: ['update:users'],
    params: z.object({ id: z.string(), provider: z.enum(['duo', 'google-authenticator']) }),
    responses: { 204: { description: 'Multi-factor provider successfully deleted for user.' } },
  },
  invalidateRememberedBrowsers: {
    method: 'POST',
    path: '/users/{id}/multifactor/actions/invalidate-remember-browser',
    tag,
    summary: 'Invalidate All Remembered Browsers for Multi-factor Authentication',
    scopes: ['update:users'],
    responses: { 204: { description: 'Multi-factor authentication settings invalidated.' } },
  },
  regenerateRecoveryCode: {
    method: 'POST',
    path: '/users/{id}/recovery-code-regeneration',
    tag,
    summary: 'Generate New Multi-factor Authentication Recovery Code',
    scopes: ['update:users'],
    responses: {
      200: {
        description: 'New recovery code successfully generated.',
        schema: z.strictObject({ recovery_code: z.string() }),
      },
    },
  },
});
