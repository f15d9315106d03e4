import type {
  EmailTemplateBody,
  EmailTemplatePatch,
  MANAGEMENT_OPERATIONS,
  WireEmailTemplate,
} from '@tessera/api-contract';
import type { EmailTemplate } from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { orConflict } from '../../http/or-conflict.ts';
import { checkTemplates, type FindTemplateProblem } from './check-template.ts';

type TemplateOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  'createEmailTemplate' | 'getEmailTemplate' | 'updateEmailTemplate' | 'replaceEmailTemplate'
>;

export function emailTemplateHandlers(services: {
  readonly findTemplateProblem: FindTemplateProblem;
}): OperationHandlers<TemplateOperations> {
  const check = ({ body, from, subject }: EmailTemplatePatch) =>
    checkTemplates(services.findTemplateProblem, { body, from, subject });
  return {
    createEmailTemplate: async ({ store, body }) => {
      check(body);
      await orConflict(store.emailTemplates.create(toTemplate(body)), {
        message: `Template ${body.template} already exists.`,
        errorCode: 'template_conflict',
      });
      return { status: 200, body };
    },
    getEmailTemplate: async ({ store, params }) => {
      const template = await store.emailTemplates.find(params.templateName);
      if (template === undefined) throw templateNotFound(params.templateName);
      return { status: 200, body: toWireTemplate(template) };
    },
    updateEmailTemplate: async ({ store, params, body }) => {
      check(body);
      return await store.transaction(async (tx) => {
        const template = await tx.emailTemplates.find(params.templateName);
        if (template === undefined) throw templateNotFound(params.templateName);
        const changed = { ...toWireTemplate(template), ...body, template: template.name };
        const next = toTemplate(changed as EmailTemplateBody);
        await tx.emailTemplates.save(next);
        return { status: 200, body: toWireTemplate(next) };
      });
    },
    replaceEmailTemplate: async ({ store, params, body }) => {
      check(body);
      return await store.transaction(async (tx) => {
        const known = await tx.emailTemplates.find(params.templateName);
        if (known === undefined) throw templateNotFound(params.templateName);
        const next = toTemplate({ ...body, template: params.templateName });
        await tx.emailTemplates.save(next);
        return { status: 200, body: toWireTemplate(next) };
      });
    },
  };
}

const templateNotFound = (name: string) =>
  notFound(`The template ${name} does not exist.`, 'inexistent_email_template');

function toTemplate(body: EmailTemplateBody): EmailTemplate {
  const { body: html, from, subject, syntax, resultUrl, urlLifetimeInSeconds } = body;
  return {
    // The contract's names are some of the model's.
    name: body.template,
    isEnabled: body.enabled === true,
    ...(html === null ? {} : { body: html }),
    ...(from === null ? {} : { from }),
    ...(subject === null ? {} : { subject }),
    ...(syntax === null ? {} : { syntax }),
    ...(typeof resultUrl === 'string' ? { resultUrl } : {}),
    ...(typeof urlLifetimeInSeconds === 'number'
      ? { urlLifetimeSeconds: urlLifetimeInSeconds }
      : {}),
    ...(body.includeEmailInRedirect === undefined
      ? {}
      : { includeEmailInRedirect: body.includeEmailInRedirect }),
  };
}

function toWireTemplate(template: EmailTemplate): WireEmailTemplate {
  const { resultUrl, urlLifetimeSeconds, includeEmailInRedirect } = template;
  return {
    template: template.name as WireEmailTemplate['template'],
    body: template.body ?? null,
    from: template.from ?? null,
    ...(resultUrl === undefined ? {} : { resultUrl }),
    subject: template.subject ?? null,
    syntax: (template.syntax ?? 'liquid') as WireEmailTemplate['syntax'],
    ...(urlLifetimeSeconds === undefined ? {} : { urlLifetimeInSeconds: urlLifetimeSeconds }),
    ...(includeEmailInRedirect === undefined ? {} : { includeEmailInRedirect }),
    enabled: template.isEnabled,
  };
}
