import type { MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import type { Store } from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { WireError } from '../../http/wire-error.ts';
import { changeBranding, toWireBranding } from './branding-mapper.ts';
import { getBranding, updateBranding } from './change-branding.ts';

type BrandingOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  'getBranding' | 'updateBranding' | 'getPageTemplate' | 'setPageTemplate' | 'deletePageTemplate'
>;

/** Says what keeps a text from being a page template; undefined when nothing does. */
export type FindPageTemplateProblem = (template: string) => string | undefined;

/** How tenants look: logo, colours, font, and the template around their pages. */
export function brandingHandlers(services: {
  readonly store: Store;
  readonly findPageTemplateProblem: FindPageTemplateProblem;
}): OperationHandlers<BrandingOperations> {
  const { store, findPageTemplateProblem } = services;
  return {
    getBranding: async ({ context }) => ({
      status: 200,
      body: toWireBranding(await getBranding(store, context.tenant.id)),
    }),
    updateBranding: async ({ context, body }) => {
      const { after } = await updateBranding(store, context.tenant.id, (branding) =>
        changeBranding(branding, body),
      );
      return { status: 200, body: toWireBranding(after) };
    },
    getPageTemplate: async ({ context }) => {
      const { pageTemplate } = await getBranding(store, context.tenant.id);
      if (pageTemplate === undefined) {
        throw notFound('Template does not exist.', 'inexistent_templates_universal_login');
      }
      return { status: 200, body: { body: pageTemplate } };
    },
    setPageTemplate: async ({ context, body }) => {
      const pageTemplate = typeof body === 'string' ? body : body.template;
      const problem = findPageTemplateProblem(pageTemplate);
      if (problem !== undefined) {
        throw new WireError('invalid_body', problem, { errorCode: 'invalid_body' });
      }
      const { before } = await updateBranding(store, context.tenant.id, (branding) => ({
        ...branding,
        pageTemplate,
      }));
      return before.pageTemplate === undefined ? { status: 201, body: {} } : { status: 204 };
    },
    deletePageTemplate: async ({ context }) => {
      await updateBranding(store, context.tenant.id, ({ pageTemplate: _, ...rest }) => rest);
      return { status: 204 };
    },
  };
}
