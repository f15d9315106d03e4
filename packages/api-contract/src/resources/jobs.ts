import { z } from 'zod';
import { defineOperations } from '../operation.ts';

const connectionId = z.string().regex(/^con_[A-Za-z0-9]{16}$/);
/** A member of a form is text. */
const formBoolean = z
  .union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])
  .meta({ openapi: { type: 'boolean' } });

const usersImportBody = z.strictObject({
  users: z.string().describe('The file: a JSON array of users, at most 512000 bytes.'),
  connection_id: connectionId.describe('Connection that the users are imported into.'),
  upsert: formBoolean.optional().describe('Changes users that are there already.'),
  external_id: z.string().max(255).optional().describe('Comes back with the job.'),
  send_completion_email: formBoolean.optional().describe('Accepted; no message is sent.'),
});

const verificationEmailBody = z.strictObject({
  user_id: z.string().min(1).max(255),
  client_id: z.string().max(255).optional(),
  identity: z
    .strictObject({
      user_id: z.string(),
      provider: z.string(),
      connection_id: connectionId.optional(),
    })
    .optional(),
});

const job = z.looseObject({
  id: z.string(),
  type: z.string(),
  status: z.string(),
  created_at: z.string().optional(),
});
const jobError = z.strictObject({
  user: z.looseObject({}),
  errors: z.array(z.looseObject({ code: z.string(), message: z.string() })),
});

const tag = 'jobs';

export const jobOperations = defineOperations({
  createUsersImport: {
    method: 'POST',
    path: '/jobs/users-imports',
    tag,
    summary: 'Create a job that imports users',
    scopes: ['create:users'],
    body: usersImportBody,
    bodyMediaType: 'multipart/form-data',
    responses: { 202: { description: 'Import users job successfully created.', schema: job } },
  },
  createVerificationEmail: {
    method: 'POST',
    path: '/jobs/verification-email',
    tag,
    summary: 'Send an email address verification email',
    scopes: ['update:users'],
    body: verificationEmailBody,
    responses: { 201: { description: 'Job successfully created.', schema: job } },
  },
  getJob: {
    method: 'GET',
    path: '/jobs/{id}',
    tag,
    summary: 'Get a job',
    scopes: ['create:users', 'read:users'],
    responses: { 200: { description: 'Job successfully retrieved.', schema: job } },
  },
  listJobErrors: {
    method: 'GET',
    path: '/jobs/{id}/errors',
    tag,
    summary: 'Get the errors of a job',
    scopes: ['create:users', 'read:users'],
    responses: {
      200: {
        description: 'Errors successfully retrieved.',
        schema: z.union([z.array(jobError), job]),
      },
      204: { description: 'There were none.' },
    },
  },
});
