import type { TenantStore } from '@tessera/model';
import { firstPage } from '../samples.ts';

const at = new Date('2026-01-01');
const remembered = new Date('2100-01-01');
export const DEVICE = { deviceId: 'browser', firstSeenAt: at, lastSeenAt: at };
export const FACTOR = {
  id: 'totp|dev_victim',
  type: 'webauthn-roaming',
  isConfirmed: true,
  credentialId: 'credential',
  secret: { key: 'k' },
} as const;
export const FORM = {
  id: 'ap_victim',
  name: 'form',
  content: { nodes: [] },
} as unknown as Parameters<TenantStore['forms']['create']>[0];
export const MESSAGE: Parameters<TenantStore['outbox']['create']>[0] = {
  ...{ id: 'msg_victim', channel: 'email', to: 'ada@example.com', template: 'reset_email' },
  ...{ status: 'kept', content: { code: '1' } },
};
export const MAIL = { name: 'reset_email', isEnabled: true, body: 'theirs' } as const;
export const TEXT = {
  id: 'tem_victim',
  type: 'otp_verify',
  isDisabled: false,
  content: {},
} as const;
export const PROVIDER: Parameters<TenantStore['messageProviders']['create']>[0] = {
  ...{ id: 'email', channel: 'email', name: 'custom', isEnabled: true },
  ...{ settings: {}, credentials: { key: 'k' } },
};

/** One of each kind of factor and message, in the tenant that is attacked. */
export async function fillFactorsAndMessages(tenant: TenantStore, userId: string): Promise<void> {
  await tenant.authenticators.create({ ...FACTOR, userId });
  await tenant.userDevices.save({ ...DEVICE, userId, mfaRememberedUntil: remembered });
  await tenant.forms.create(FORM);
  await tenant.customTexts.replace('login', 'en', { login: { title: 'theirs' } });
  await tenant.outbox.create(MESSAGE);
  await tenant.emailTemplates.save(MAIL);
  await tenant.phoneTemplates.create(TEXT);
  await tenant.messageProviders.create(PROVIDER);
}

export async function snapshotFactorsAndMessages(tenant: TenantStore, userId: string) {
  return {
    factors: await tenant.authenticators.listForUser(userId),
    device: await tenant.userDevices.find(userId, DEVICE.deviceId),
    forms: await tenant.forms.list(firstPage),
    texts: await tenant.customTexts.list('en'),
    outbox: await tenant.outbox.list(firstPage),
    mail: await tenant.emailTemplates.find(MAIL.name),
    phoneTemplates: await tenant.phoneTemplates.list(),
    providers: await tenant.messageProviders.list('email'),
  };
}
