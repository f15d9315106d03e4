import type { JsonValue } from '@tessera/model';
import type { Answer } from './recording-server.ts';

const PHONE_MESSAGE = {
  sid: 'SM1',
  status: 'queued',
  to: '+15005550006',
  from: '+15005550001',
  body: 'hi',
  date_created: 'Sat, 21 Nov 2026 10:00:00 +0000',
};
const SES_ANSWER = `<SendEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendEmailResult><MessageId>ses-1</MessageId></SendEmailResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></SendEmailResponse>`;

/** Answers by host and path, as the services' own documentation shows them. */
const ANSWERS: readonly (readonly [
  place: string,
  answer: JsonValue,
  status?: number,
  type?: string,
])[] = [
  ['api.stripe.com/v1/customers', { id: 'cus_1', object: 'customer', email: 'ada@example.com' }],
  [
    'api.stripe.com/v1/charges',
    { error: { type: 'card_error', code: 'card_declined', message: 'no' } },
    402,
  ],
  ['api.twilio.com/2010-04-01/Accounts/AC1/Messages.json', PHONE_MESSAGE, 201],
  ['api.sendgrid.com/v3/mail/send', '', 202],
  ['email.eu-west-1.amazonaws.com/', SES_ANSWER, 200, 'text/xml'],
  ['api.mixpanel.com/track', '1', 200, 'text/plain'],
  ['slack.com/api/chat.postMessage', { ok: true, channel: 'C1', ts: '1.2', message: {} }],
  ['slack.com/api/users.info', { ok: false, error: 'user_not_found' }],
  [
    'www.googleapis.com/oauth2/v4/token',
    { access_token: 'g-token', token_type: 'Bearer', expires_in: 3600 },
  ],
  [
    'oauth2.googleapis.com/token',
    { access_token: 'g-token', token_type: 'Bearer', expires_in: 3600 },
  ],
  ['admin.googleapis.com/admin/directory/v1/groups', { groups: [{ email: 'staff@example.com' }] }],
];

/** Names that the SDKs call. */
export const SERVICE_HOSTS: readonly string[] = [
  ...new Set(ANSWERS.map(([place]) => place.slice(0, place.indexOf('/')))),
];

export const answerAsService: Answer = ({ host, path }) => {
  const asked = `${host.replace(/:\d+$/, '')}${path.replace(/\?.*$/, '')}`;
  const found = ANSWERS.find(([place]) => asked === place || asked === `${place}/`);
  if (found === undefined) return { status: 404, body: { error: `nothing at ${asked}` } };
  const [, body, status = 200, type = 'application/json'] = found;
  return { status, body, headers: { 'content-type': type } };
};
