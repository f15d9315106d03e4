import { z } from 'zod';
import { defineOperations } from '../operation.ts';
import { anyPage, totalsPaging } from '../paging.ts';

const grantSchema = z.strictObject({
  id: z.string(),
  clientID: z.string(),
  user_id: z.string(),
  audience: z.string().optional(),
  scope: z.array(z.string()),
});

const text = z.string().min(1).max(600);
const tag = 'grants';

export const grantOperations = defineOperations({
  listGrants: {
    method: 'GET',
    path: '/grants',
    tag,
    summary: 'Get grants',
    scopes: ['read:grants'],
    query: z.strictObject({
      ...totalsPaging,
      user_id: text.optional().describe('user_id of the grants to retrieve'),
      client_id: text.optional().describe('client_id of the grants to retrieve'),
      audience: text.optional().describe('audience of the grants to retrieve'),
    }),
    responses: {
      200: {
        description: 'Grants successfully retrieved.',
        schema: anyPage('grants', grantSchema),
      },
    },
  },
  deleteUserGrants: {
    method: 'DELETE',
    path: '/grants',
    tag,
    summary: "Delete all of a user's grants",
    scopes: ['delete:grants'],
    query: z.strictObject({ user_id: text.describe('user_id of the grants to delete') }),
    responses: { 204: { description: 'User grant successfully deleted.' } },
  },
  deleteGrant: {
    method: 'DELETE',
    path: '/grants/{id}',
    tag,
    summary: 'Delete a grant by id',
    scopes: ['delete:grants'],
    responses: { 204: { description: 'User grant successfully deleted.' } },
  },
});
