import {
  FORM_LIMITS,
  type FormParts,
  findFormProblem,
  type MANAGEMENT_OPERATIONS,
  type UpdateFormBody,
  type WireForm,
  type WireFormSummary,
} from '@tessera/api-contract';
import {
  AppError,
  createFormId,
  type Form,
  type RandomBytes,
  type TenantStore,
} from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { toListBody, toPageQuery } from '../../http/paging.ts';
import { WireError } from '../../http/wire-error.ts';

type FormOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  'listForms' | 'createForm' | 'getForm' | 'updateForm' | 'deleteForm'
>;

export function formHandlers(services: {
  readonly randomBytes: RandomBytes;
}): OperationHandlers<FormOperations> {
  return {
    listForms: async ({ store, query }) => {
      const { items, total } = await store.forms.list(toPageQuery(query));
      const page = { items: items.map(toWireSummary), total };
      return { status: 200, body: toListBody('forms', page, { query }) };
    },
    createForm: async ({ store, body }) => {
      const { name, ...parts } = body;
      const form = { id: createFormId(services.randomBytes), name, content: readContent(parts) };
      return { status: 201, body: toWireForm(await createForm(store, form)) };
    },
    getForm: async ({ store, params }) => ({
      status: 200,
      body: toWireForm(await getForm(store, params.id)),
    }),
    updateForm: async ({ store, params, body }) => {
      const { name, ...parts } = body;
      const known = await getForm(store, params.id);
      const form = await store.forms.update(params.id, {
        ...(name === undefined ? {} : { name }),
        content: readContent(merge(known, parts)),
      });
      if (form === undefined) throw formNotFound();
      return { status: 200, body: toWireForm(form) };
    },
    deleteForm: async ({ store, params }) => {
      await store.forms.delete(params.id);
      return { status: 204 };
    },
  };
}

const formNotFound = () => notFound('The form does not exist.');

async function getForm(store: TenantStore, id: string): Promise<Form> {
  const form = await store.forms.find(id);
  if (form === undefined) throw formNotFound();
  return form;
}

function createForm(store: TenantStore, form: Parameters<TenantStore['forms']['create']>[0]) {
  return store.transaction(async (tx) => {
    const created = await tx.forms.create(form);
    const limit = FORM_LIMITS.perTenant;
    if ((await tx.forms.count()) > limit) {
      throw new AppError('limit_reached', `The tenant has reached its limit of ${limit} forms.`);
    }
    return created;
  });
}

/** Members of the body take the place of what is stored; `null` removes. */
function merge({ content }: Form, parts: Omit<UpdateFormBody, 'name'>): FormParts {
  const merged = { ...content, ...parts };
  return Object.fromEntries(
    Object.entries(merged).filter(([, value]) => value !== null && value !== undefined),
  ) as FormParts;
}

/** Refuses steps that nobody could go through. */
function readContent(parts: FormParts): Form['content'] {
  const problem = findFormProblem(parts);
  if (problem !== undefined) {
    throw new WireError('invalid_body', `Payload validation error: '${problem}'.`, {
      errorCode: 'invalid_body',
    });
  }
  // Read by its schema: plain JSON without undefined members.
  return JSON.parse(JSON.stringify(parts)) as Form['content'];
}

function toWireSummary(form: Form): WireFormSummary {
  const { id, name, createdAt, updatedAt, submittedAt } = form;
  return {
    id,
    name,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
    ...(submittedAt === undefined ? {} : { submitted_at: submittedAt.toISOString().slice(0, 10) }),
  };
}

function toWireForm(form: Form): WireForm {
  return { ...toWireSummary(form), ...(form.content as unknown as FormParts) };
}
