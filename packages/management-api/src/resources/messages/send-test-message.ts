import type { TryPhoneBody } from '@tessera/api-contract';
import type {
  Messages,
  PhoneMessage,
  PhoneTemplateType,
  RequestContext,
  RequestFacts,
  TenantStore,
} from '@tessera/model';

const PURPOSES: Readonly<Record<PhoneTemplateType, PhoneMessage['purpose']>> = {
  otp_verify: 'otp-verify',
  otp_enroll: 'otp-enroll',
  change_password: 'change-password',
  blocked_account: 'blocked-account',
  password_breach: 'password-breach',
};

/** Stands where a code would be; it opens nothing. */
const SAMPLE_CODE = '000000';

/** Sends a message to try provider and template out. It counts towards the limits as any other does. */
export async function sendTestMessage(
  messages: Messages,
  from: {
    readonly context: RequestContext;
    readonly store: TenantStore;
    readonly request: RequestFacts;
  },
  { body, type = 'otp_verify' }: { readonly body: TryPhoneBody; readonly type?: PhoneTemplateType },
) {
  const { context, store, request } = from;
  await messages.sendPhoneMessage(
    { tenant: context.tenant, baseUrl: context.baseUrl, store, request },
    {
      to: body.to.startsWith('+') ? body.to : `+${body.to}`,
      via: body.delivery_method === 'voice' ? 'voice' : 'sms',
      purpose: PURPOSES[type],
      code: SAMPLE_CODE,
    },
  );
  const message = 'Test notification successfully sent for processing';
  return { status: 202, body: { code: 202, message } } as const;
}
