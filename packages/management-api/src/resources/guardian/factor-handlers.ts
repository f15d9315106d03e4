import { FACTOR_NAMES, type MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import {
  AppError,
  type Clock,
  type FactorName,
  type JsonObject,
  type MfaSettings,
  type Store,
} from '@tessera/model';
import type { OperationHandlers, OperationRequest } from '../../http/operation-handler.ts';
import { WireError } from '../../http/wire-error.ts';
import { checkTemplates, type FindTemplateProblem } from '../messages/check-template.ts';

type Operations = typeof MANAGEMENT_OPERATIONS;
type FactorOperations = Pick<
  Operations,
  | 'listFactors'
  | 'setFactor'
  | 'getMfaPolicies'
  | 'setMfaPolicies'
  | 'getPhoneMessageTypes'
  | 'setPhoneMessageTypes'
  | 'getSmsFactorProvider'
  | 'setSmsFactorProvider'
  | 'getSmsFactorTemplates'
  | 'setSmsFactorTemplates'
  | 'getPhoneFactorProvider'
  | 'setPhoneFactorProvider'
  | 'getPhoneFactorTemplates'
  | 'setPhoneFactorTemplates'
  | 'getPushFactorProvider'
  | 'setPushFactorProvider'
>;

/** What the hosted service says where a tenant has no texts of its own. */
const DEFAULT_TEMPLATES = {
  enrollment_message:
    '{{code}} is your verification code for {{tenant.friendly_name}}. Please enter this code to verify your enrollment.',
  verification_message: '{{code}} is your verification code for {{tenant.friendly_name}}',
};

const POLICIES = {
  always: ['all-applications'],
  adaptive: ['confidence-score'],
  never: [],
} as const;

const refuse = (message: string) =>
  new WireError('invalid_body', message, { errorCode: 'invalid_body' });

type AnyRequest = Pick<OperationRequest<Operations['listFactors']>, 'context' | 'store' | 'token'>;

interface Services {
  readonly store: Store;
  readonly clock: Clock;
  readonly findTemplateProblem: FindTemplateProblem;
}

/** Reads and changes `TenantSettings.mfa`; each change is told in the tenant log. */
function createSettings({ store, clock }: Services) {
  /** The server's own copy of the tenant may be a moment old. */
  const read = async ({ context }: AnyRequest): Promise<MfaSettings> => {
    const tenant = await store.tenants.find(context.tenant.id);
    if (tenant === undefined) throw tenantNotFound();
    return tenant.settings.mfa ?? {};
  };
  return {
    read,
    change: async (
      request: AnyRequest,
      patch: (mfa: MfaSettings) => MfaSettings,
    ): Promise<MfaSettings> => {
      const { context } = request;
      const tenant = await store.tenants.updateSettings(context.tenant.id, ({ mfa = {} }) => ({
        mfa: { ...mfa, ...patch(mfa) },
      }));
      if (tenant === undefined) throw tenantNotFound();
      await request.store.logs.append({
        type: 'gd_tenant_update',
        date: clock.now(),
        description: 'Guardian tenant update',
        ip: context.ip,
        hostname: new URL(context.baseUrl).hostname,
        ...(request.token.clientId === undefined ? {} : { clientId: request.token.clientId }),
      });
      return tenant.settings.mfa ?? {};
    },
  };
}

const tenantNotFound = () => new AppError('tenant_not_found', 'The tenant does not exist.');

export function factorHandlers(services: Services): OperationHandlers<FactorOperations> {
  const settings = createSettings(services);
  return {
    ...phoneHandlers(services, settings),
    listFactors: async (request) => {
      const { factors = [] } = await settings.read(request);
      return { status: 200, body: FACTOR_NAMES.map((name) => toWireFactor(name, factors)) };
    },
    setFactor: async (request) => {
      const { name } = request.params;
      const { enabled } = request.body;
      if (name === 'duo') {
        if (!enabled) return { status: 200, body: { enabled: false } };
        throw refuse('The factor "duo" needs a service that this server does not reach.');
      }
      await settings.change(request, ({ factors = [] }) => {
        const others = factors.filter((factor) => factor !== name);
        return { factors: enabled ? [...others, name] : others };
      });
      return { status: 200, body: { enabled } };
    },
    getMfaPolicies: async (request) => {
      const { policy = 'never' } = await settings.read(request);
      return { status: 200, body: [...POLICIES[policy]] };
    },
    setMfaPolicies: async (request) => {
      const [asked] = request.body;
      const policy =
        asked === undefined ? 'never' : asked === 'all-applications' ? 'always' : 'adaptive';
      await settings.change(request, () => ({ policy }));
      return { status: 200, body: request.body };
    },
    getPushFactorProvider: async () => ({ status: 200, body: { provider: 'direct' } }),
    setPushFactorProvider: async ({ body }) => {
      if (body.provider === 'direct') return { status: 200, body };
      throw refuse(
        `Push notifications by "${body.provider}" are not served: devices ask by themselves ("direct").`,
      );
    },
  };
}

const toWireFactor = (name: (typeof FACTOR_NAMES)[number], factors: readonly FactorName[]) => ({
  name,
  enabled: factors.some((factor) => factor === name),
  trial_expired: false,
});

/** The phone factor, under both its names. */
function phoneHandlers(
  services: Services,
  settings: ReturnType<typeof createSettings>,
): Pick<
  OperationHandlers<FactorOperations>,
  Extract<keyof FactorOperations, `${string}${'Sms' | 'PhoneFactor' | 'PhoneMessage'}${string}`>
> {
  const getProvider = async (request: AnyRequest) => {
    const { options = {} } = await settings.read(request);
    const { phone_provider: provider = 'phone-message-hook' } = options;
    return { status: 200, body: { provider } } as const;
  };
  const setProvider = async (
    request: AnyRequest & { readonly body: { readonly provider: string } },
  ) => {
    const { provider } = request.body;
    if (provider === 'twilio') {
      throw refuse(
        'The provider "twilio" is not served for factors: use an action of send-phone-message ("phone-message-hook"), or a phone provider of the tenant ("auth0").',
      );
    }
    await changeOptions(request, { phone_provider: provider });
    return { status: 200, body: request.body } as const;
  };
  const getTemplates = async (request: AnyRequest) => {
    const { options = {} } = await settings.read(request);
    const { phone_templates: own = DEFAULT_TEMPLATES } = options;
    return { status: 200, body: own as JsonObject } as const;
  };
  const setTemplates = async (
    request: AnyRequest & {
      readonly body: Readonly<Record<keyof typeof DEFAULT_TEMPLATES, string>>;
    },
  ) => {
    checkTemplates(services.findTemplateProblem, request.body);
    await changeOptions(request, { phone_templates: { ...request.body } });
    return { status: 200, body: request.body } as const;
  };
  const changeOptions = (request: AnyRequest, change: JsonObject) =>
    settings.change(request, ({ options }) => ({ options: { ...options, ...change } }));
  return {
    getPhoneMessageTypes: async (request) => {
      const { phoneMessageTypes = ['sms'] } = await settings.read(request);
      return { status: 200, body: { message_types: phoneMessageTypes } };
    },
    setPhoneMessageTypes: async (request) => {
      const phoneMessageTypes = [...new Set(request.body.message_types)];
      await settings.change(request, () => ({ phoneMessageTypes }));
      return { status: 200, body: { message_types: phoneMessageTypes } };
    },
    getSmsFactorProvider: getProvider,
    setSmsFactorProvider: setProvider,
    getSmsFactorTemplates: getTemplates,
    setSmsFactorTemplates: setTemplates,
    getPhoneFactorProvider: getProvider,
    setPhoneFactorProvider: setProvider,
    getPhoneFactorTemplates: getTemplates,
    setPhoneFactorTemplates: setTemplates,
  };
}
