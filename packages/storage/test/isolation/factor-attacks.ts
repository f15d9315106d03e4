import { firstPage } from '../samples.ts';
import { DEVICE, FACTOR, FORM, MAIL, MESSAGE, PROVIDER, TEXT } from './factors-and-messages.ts';
import { type Attack, later, NOTHING, REFUSED } from './victim.ts';

/** Reads of factors, pages and messages. */
export const FACTOR_READS: readonly Attack[] = [
  ['authenticators.find', (s) => s.authenticators.find(FACTOR.id), undefined],
  [
    'authenticators.findByCredentialId',
    (s) => s.authenticators.findByCredentialId(FACTOR.credentialId),
    undefined,
  ],
  ['authenticators.listForUser', (s, it) => s.authenticators.listForUser(it.user.userId), []],
  ['userDevices.find', (s, it) => s.userDevices.find(it.user.userId, DEVICE.deviceId), undefined],
  ['userDevices.findLatest', (s, it) => s.userDevices.findLatest(it.user.userId), undefined],
  ['forms.find', (s) => s.forms.find(FORM.id), undefined],
  ['forms.list', (s) => s.forms.list(firstPage), NOTHING],
  ['forms.count', (s) => s.forms.count(), 0],
  ['customTexts.find', (s) => s.customTexts.find('login', 'en'), {}],
  ['customTexts.list', (s) => s.customTexts.list('en'), []],
  ['outbox.find', (s) => s.outbox.find(MESSAGE.id), undefined],
  ['outbox.list', (s) => s.outbox.list({ ...firstPage, to: MESSAGE.to }), NOTHING],
  ['emailTemplates.find', (s) => s.emailTemplates.find(MAIL.name), undefined],
  ['phoneTemplates.find', (s) => s.phoneTemplates.find(TEXT.id), undefined],
  ['phoneTemplates.findByType', (s) => s.phoneTemplates.findByType(TEXT.type), undefined],
  ['phoneTemplates.list', (s) => s.phoneTemplates.list(), []],
  ['messageProviders.find', (s) => s.messageProviders.find(PROVIDER.id), undefined],
  ['messageProviders.list', (s) => s.messageProviders.list('email'), []],
];

/** Those that create make something of the attacker's own under the same id, last. */
export const FACTOR_WRITES: readonly Attack[] = [
  [
    'authenticators.create',
    (s, it) => s.authenticators.create({ ...FACTOR, userId: it.user.userId }),
    REFUSED,
  ],
  [
    'authenticators.update',
    (s) => s.authenticators.update(FACTOR.id, { isConfirmed: false }),
    undefined,
  ],
  ['authenticators.delete', (s) => s.authenticators.delete(FACTOR.id), false],
  ['authenticators.deleteForUser', (s, it) => s.authenticators.deleteForUser(it.user.userId), 0],
  [
    'userDevices.save',
    (s, it) => s.userDevices.save({ ...DEVICE, userId: it.user.userId }),
    REFUSED,
  ],
  ['userDevices.forgetMfa', (s, it) => s.userDevices.forgetMfa(it.user.userId), undefined],
  ['userDevices.deleteOlderThan', (s) => s.userDevices.deleteOlderThan(later), 0],
  ['userDevices.deleteForUser', (s, it) => s.userDevices.deleteForUser(it.user.userId), undefined],
  ['forms.update', (s) => s.forms.update(FORM.id, { name: 'mine' }), undefined],
  ['forms.noteSubmission', (s) => s.forms.noteSubmission(FORM.id, later), undefined],
  ['forms.delete', (s) => s.forms.delete(FORM.id), false],
  ['outbox.update', (s) => s.outbox.update(MESSAGE.id, { status: 'sent' }), false],
  ['outbox.delete', (s) => s.outbox.delete(MESSAGE.id), false],
  ['outbox.deleteAll', (s) => s.outbox.deleteAll(MESSAGE.to), 0],
  ['outbox.deleteOlderThan', (s) => s.outbox.deleteOlderThan(later), 0],
  [
    'phoneTemplates.update',
    (s) => s.phoneTemplates.update(TEXT.id, { isDisabled: true }),
    undefined,
  ],
  ['phoneTemplates.delete', (s) => s.phoneTemplates.delete(TEXT.id), false],
  [
    'messageProviders.update',
    (s) => s.messageProviders.update(PROVIDER.id, { isEnabled: false }),
    undefined,
  ],
  ['messageProviders.delete', (s) => s.messageProviders.delete(PROVIDER.id), false],
  ['forms.create', async (s) => (await s.forms.create(FORM)).id, FORM.id],
  ['customTexts.replace', (s) => s.customTexts.replace('login', 'en', {}), undefined],
  ['outbox.create', (s) => s.outbox.create(MESSAGE), undefined],
  ['emailTemplates.create', (s) => s.emailTemplates.create({ ...MAIL, body: 'x' }), undefined],
  ['emailTemplates.save', (s) => s.emailTemplates.save({ ...MAIL, body: 'mine' }), undefined],
  ['phoneTemplates.create', async (s) => (await s.phoneTemplates.create(TEXT)).id, TEXT.id],
  [
    'messageProviders.create',
    async (s) => (await s.messageProviders.create(PROVIDER)).id,
    PROVIDER.id,
  ],
];
