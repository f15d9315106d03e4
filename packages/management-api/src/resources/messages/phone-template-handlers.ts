import type {
  CreatePhoneTemplateBody,
  MANAGEMENT_OPERATIONS,
  WirePhoneTemplate,
} from '@tessera/api-contract';
import {
  createPhoneTemplateId,
  type JsonObject,
  type Messages,
  type PhoneTemplate,
  type RandomBytes,
  type Tenant,
  type TenantStore,
} from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { orConflict } from '../../http/or-conflict.ts';
import { checkTemplates, type FindTemplateProblem } from './check-template.ts';
import { sendTestMessage } from './send-test-message.ts';

type TemplateOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  | 'listPhoneTemplates'
  | 'createPhoneTemplate'
  | 'getPhoneTemplate'
  | 'updatePhoneTemplate'
  | 'deletePhoneTemplate'
  | 'tryPhoneTemplate'
>;

export function phoneTemplateHandlers(services: {
  readonly randomBytes: RandomBytes;
  readonly messages: Messages;
  readonly findTemplateProblem: FindTemplateProblem;
}): OperationHandlers<TemplateOperations> {
  const check = (content: CreatePhoneTemplateBody['content']) =>
    checkTemplates(services.findTemplateProblem, {
      'content.body.text': content?.body?.text,
      'content.body.voice': content?.body?.voice,
    });
  return {
    listPhoneTemplates: async ({ context, store, query }) => {
      const templates = await store.phoneTemplates.list();
      const wanted = templates.filter(
        ({ isDisabled }) => query.disabled === undefined || query.disabled === isDisabled,
      );
      return {
        status: 200,
        body: { templates: wanted.map((one) => toWireTemplate(context.tenant, one)) },
      };
    },
    createPhoneTemplate: async ({ context, store, body }) => {
      check(body.content);
      const work = store.phoneTemplates.create({
        id: createPhoneTemplateId(services.randomBytes),
        type: body.type,
        isDisabled: body.disabled ?? false,
        content: toContent({}, body.content),
      });
      const created = await orConflict(work, {
        message: 'Phone template already configured for tenant',
        errorCode: 'phone_template_conflict',
      });
      return { status: 201, body: toWireTemplate(context.tenant, created) };
    },
    getPhoneTemplate: async ({ context, store, params }) => {
      const template = await getTemplate(store, params.id);
      return { status: 200, body: toWireTemplate(context.tenant, template) };
    },
    updatePhoneTemplate: async ({ context, store, params, body }) => {
      check(body.content);
      const { content } = await getTemplate(store, params.id);
      const changed = await store.phoneTemplates.update(params.id, {
        ...(body.disabled === undefined ? {} : { isDisabled: body.disabled }),
        ...(body.content === undefined ? {} : { content: toContent(content, body.content) }),
      });
      if (changed === undefined) throw resourceNotFound();
      return { status: 200, body: toWireTemplate(context.tenant, changed) };
    },
    deletePhoneTemplate: async ({ store, params }) => {
      if (!(await store.phoneTemplates.delete(params.id))) throw resourceNotFound();
      return { status: 204 };
    },
    tryPhoneTemplate: async ({ context, store, params, body, facts }) => {
      const { type } = await getTemplate(store, params.id);
      return sendTestMessage(services.messages, { context, store, request: facts }, { body, type });
    },
  };
}

const resourceNotFound = () => notFound('Notification Resource not found');

async function getTemplate(store: TenantStore, id: string): Promise<PhoneTemplate> {
  const template = await store.phoneTemplates.find(id);
  if (template === undefined) throw resourceNotFound();
  return template;
}

/** The content after a change: members that it names replace. */
function toContent(known: JsonObject, change: CreatePhoneTemplateBody['content']): JsonObject {
  return { syntax: 'liquid', ...known, ...(change as JsonObject | undefined) };
}

function toWireTemplate(tenant: Tenant, template: PhoneTemplate): WirePhoneTemplate {
  return {
    id: template.id,
    tenant: tenant.name,
    channel: 'phone',
    type: template.type,
    disabled: template.isDisabled,
    created_at: template.createdAt.toISOString(),
    updated_at: template.updatedAt.toISOString(),
    content: template.content as WirePhoneTemplate['content'],
  };
}
