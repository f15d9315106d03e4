import { z } from 'zod';
import { jsonObjectSchema } from '../json.ts';
import { defineOperations } from '../operation.ts';

/** Longest user id, and longest id at a provider. */
const MAX_USER_ID_LENGTH = 255;
/** Longest JWT; headers hold no longer ones either. */
const MAX_TOKEN_LENGTH = 12_000;

const userId = z.union([z.string().min(1).max(MAX_USER_ID_LENGTH), z.int().transform(String)]);

const linkSchema = z
  .strictObject({
    provider: z.string().min(1).max(50).describe('Identity provider of the secondary account.'),
    connection_id: z
      .string()
      .regex(/^con_[A-Za-z0-9]{16}$/)
      .describe('Connection of the secondary account, when there are several of the provider.'),
    user_id: userId.describe('Id of the secondary account, with or without its provider.'),
    link_with: z
      .string()
      .min(1)
      .max(MAX_TOKEN_LENGTH)
      .describe('ID token of the secondary account, instead of the other members.'),
  })
  .partial()
  .refine(
    ({ link_with: token, provider, user_id: id, connection_id: connection }) =>
      token === undefined
        ? provider !== undefined && id !== undefined
        : provider === undefined && id === undefined && connection === undefined,
    { error: 'Either link_with, or provider and user_id, must be given' },
  );

const identitiesSchema = z.array(
  z.strictObject({
    profileData: jsonObjectSchema.optional(),
    connection: z.string(),
    user_id: z.string(),
    provider: z.string(),
    isSocial: z.boolean(),
  }),
);

const tag = 'users';

export const userIdentityOperations = defineOperations({
  linkUserIdentity: {
    method: 'POST',
    path: '/users/{id}/identities',
    tag,
    summary: 'Link a User Account',
    scopes: ['update:users'],
    body: linkSchema,
    responses: { 201: { description: 'Identity successfully added.', schema: identitiesSchema } },
  },
  unlinkUserIdentity: {
    method: 'DELETE',
    path: '/users/{id}/identities/{provider}/{user_id}',
    tag,
    summary: 'Unlink a User Identity',
    scopes: ['update:users'],
    responses: {
      200: { description: 'User identity successfully unlinked.', schema: identitiesSchema },
    },
  },
});
