import { z } from 'zod';
import { defineOperations } from '../operation.ts';
import { anyPage, totalsPaging } from '../paging.ts';
import { queryList, timestamp } from '../values.ts';
import { formMembers, formParts } from './form-content.ts';

const name = z.string().min(1).max(150).describe('Name of the form.');

const createFormSchema = z.strictObject({
  name,
  ...formParts.shape,
});
const nullable = Object.fromEntries(
  Object.entries(formMembers).map(([key, schema]) => [key, schema.nullable().optional()]),
) as {
  [K in keyof typeof formMembers]: z.ZodOptional<z.ZodNullable<(typeof formMembers)[K]>>;
};
const updateFormSchema = z.strictObject({ name: name.optional(), ...nullable });
export type CreateFormBody = z.output<typeof createFormSchema>;
export type UpdateFormBody = z.output<typeof updateFormSchema>;

const summary = {
  id: z.string(),
  name: z.string(),
  created_at: timestamp,
  updated_at: timestamp,
  submitted_at: z
    .string()
    .optional()
    .describe('Day on which a person has sent the form last (YYYY-MM-DD).'),
};
const formSummary = z.strictObject(summary);
const formSchema = z.strictObject({ ...summary, ...formParts.shape });
export type WireForm = z.output<typeof formSchema>;
export type WireFormSummary = z.output<typeof formSummary>;

/** What may be added to an answer: there are no flows here, so nothing is. */
const hydrate = {
  hydrate: queryList(z.enum(['flow_count', 'links']))
    .optional()
    .describe('Query parameter to hydrate the response with additional data.'),
};
const tag = 'forms';

export const formOperations = defineOperations({
  listForms: {
    method: 'GET',
    path: '/forms',
    tag,
    summary: 'Get forms',
    scopes: ['read:forms'],
    query: z.strictObject({ ...totalsPaging, ...hydrate }),
    responses: {
      200: { description: 'Forms successfully retrieved.', schema: anyPage('forms', formSummary) },
    },
  },
  createForm: {
    method: 'POST',
    path: '/forms',
    tag,
    summary: 'Create a form',
    scopes: ['create:forms'],
    body: createFormSchema,
    responses: { 201: { description: 'Form successfully created.', schema: formSchema } },
  },
  getForm: {
    method: 'GET',
    path: '/forms/{id}',
    tag,
    summary: 'Get a form',
    scopes: ['read:forms'],
    query: z.strictObject(hydrate),
    responses: { 200: { description: 'Form successfully retrieved.', schema: formSchema } },
  },
  updateForm: {
    method: 'PATCH',
    path: '/forms/{id}',
    tag,
    summary: 'Update a form',
    scopes: ['update:forms'],
    body: updateFormSchema,
    responses: { 200: { description: 'Form successfully updated.', schema: formSchema } },
  },
  deleteForm: {
    method: 'DELETE',
    path: '/forms/{id}',
    tag,
    summary: 'Delete a form',
    scopes: ['delete:forms'],
    responses: { 204: { description: 'Form successfully deleted.' } },
  },
});
