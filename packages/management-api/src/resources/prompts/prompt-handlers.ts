import type {
  MANAGEMENT_OPERATIONS,
  UpdatePromptSettingsBody,
  WirePromptSettings,
} from '@tessera/api-contract';
import { AppError, type PromptSettings, type Store } from '@tessera/model';
import type { OperationHandlers } from '../../http/operation-handler.ts';

type PromptOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  'getPromptSettings' | 'updatePromptSettings' | 'getCustomTexts' | 'setCustomTexts'
>;

const toWirePromptSettings = (settings: PromptSettings = {}): WirePromptSettings => ({
  universal_login_experience: settings.universalLoginExperience ?? 'new',
  identifier_first: settings.identifierFirst ?? false,
  webauthn_platform_first_factor: settings.webauthnPlatformFirstFactor ?? false,
});

function changePromptSettings(
  settings: PromptSettings = {},
  body: UpdatePromptSettingsBody,
): PromptSettings {
  const {
    universal_login_experience: universalLoginExperience,
    identifier_first: identifierFirst,
    webauthn_platform_first_factor: webauthnPlatformFirstFactor,
  } = body;
  return {
    ...settings,
    ...(universalLoginExperience === undefined ? {} : { universalLoginExperience }),
    ...(identifierFirst === undefined ? {} : { identifierFirst: identifierFirst ?? false }),
    ...(webauthnPlatformFirstFactor === undefined
      ? {}
      : { webauthnPlatformFirstFactor: webauthnPlatformFirstFactor ?? false }),
  };
}

const tenantNotFound = () => new AppError('tenant_not_found', 'The tenant does not exist.');

/** Settings of the login pages, and the tenant's own texts on them. */
export function promptHandlers(services: {
  readonly store: Store;
}): OperationHandlers<PromptOperations> {
  const { tenants } = services.store;
  return {
    getPromptSettings: async ({ context }) => {
      const tenant = await tenants.find(context.tenant.id);
      if (tenant === undefined) throw tenantNotFound();
      return { status: 200, body: toWirePromptSettings(tenant.settings.prompts) };
    },
    updatePromptSettings: async ({ context, body }) => {
      const tenant = await tenants.updateSettings(context.tenant.id, ({ prompts }) => ({
        prompts: changePromptSettings(prompts, body),
      }));
      if (tenant === undefined) throw tenantNotFound();
      return { status: 200, body: toWirePromptSettings(tenant.settings.prompts) };
    },
    getCustomTexts: async ({ store, params: { prompt, language } }) => ({
      status: 200,
      body: await store.customTexts.find(prompt, language),
    }),
    setCustomTexts: async ({ store, params: { prompt, language }, body }) => {
      await store.customTexts.replace(prompt, language, body);
      return { status: 200, body };
    },
  };
}
