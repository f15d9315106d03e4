import { z } from 'zod';
import { defineOperations } from '../operation.ts';
import { checkpointPaging } from '../paging.ts';
import { quote, timestamp } from '../values.ts';

const name = z.string().min(3).max(50).describe('Friendly name of this profile.');
const subjectTokenType = z
  .string()
  .min(8)
  .max(100)
  .refine((text) => /^[a-z][a-z0-9+.-]*:[^\s"<>\\^`{|}]+$/i.test(text), {
    error: ({ input }) => `Object didn't pass validation for format url: ${quote(input)}`,
  })
  .describe(
    'Subject token type for this profile: a URI. A token exchange request with it runs the action of this profile.',
  )
  .meta({ openapi: { type: 'string', format: 'url', minLength: 8, maxLength: 100 } });

const createProfileSchema = z.strictObject({
  name,
  subject_token_type: subjectTokenType,
  action_id: z
    .string()
    .min(1)
    .max(36)
    .describe('The action that validates the subject token; its trigger is custom-token-exchange.'),
  type: z
    .enum(['custom_authentication'])
    .describe('Controls how the profile is executed when a token exchange request arrives.'),
});
const updateProfileSchema = z
  .strictObject({ name, subject_token_type: subjectTokenType })
  .partial()
  .refine((body) => Object.keys(body).length > 0, {
    error: 'Too few properties defined (0), minimum 1',
  });
export type CreateTokenExchangeProfileBody = z.output<typeof createProfileSchema>;
export type UpdateTokenExchangeProfileBody = z.output<typeof updateProfileSchema>;

const profileSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  subject_token_type: z.string(),
  action_id: z.string(),
  created_at: timestamp,
  updated_at: timestamp,
});
export type WireTokenExchangeProfile = z.output<typeof profileSchema>;

const tag = 'token-exchange-profiles';

export const tokenExchangeProfileOperations = defineOperations({
  listTokenExchangeProfiles: {
    method: 'GET',
    path: '/token-exchange-profiles',
    tag,
    summary: 'Get token exchange profiles',
    scopes: ['read:token_exchange_profiles'],
    query: z.strictObject(checkpointPaging),
    responses: {
      200: {
        description: 'Token exchange profiles successfully retrieved.',
        schema: z.strictObject({
          token_exchange_profiles: z.array(profileSchema),
          next: z.string().optional(),
        }),
      },
    },
  },
  createTokenExchangeProfile: {
    method: 'POST',
    path: '/token-exchange-profiles',
    tag,
    summary: 'Create a token exchange profile',
    scopes: ['create:token_exchange_profiles'],
    body: createProfileSchema,
    responses: {
      201: { description: 'Token exchange profile successfully created.', schema: profileSchema },
    },
  },
  getTokenExchangeProfile: {
    method: 'GET',
    path: '/token-exchange-profiles/{id}',
    tag,
    summary: 'Get a token exchange profile',
    scopes: ['read:token_exchange_profiles'],
    responses: {
      200: { description: 'Token exchange profile successfully retrieved.', schema: profileSchema },
    },
  },
  updateTokenExchangeProfile: {
    method: 'PATCH',
    path: '/token-exchange-profiles/{id}',
    tag,
    summary: 'Update an existing token exchange profile',
    scopes: ['update:token_exchange_profiles'],
    body: updateProfileSchema,
    responses: {
      200: { description: 'Token exchange profile successfully updated.', schema: profileSchema },
    },
  },
  deleteTokenExchangeProfile: {
    method: 'DELETE',
    path: '/token-exchange-profiles/{id}',
    tag,
    summary: 'Delete a token exchange profile',
    scopes: ['delete:token_exchange_profiles'],
    responses: { 204: { description: 'Token exchange profile successfully deleted.' } },
  },
});
