import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AuthorableTriggerId, TRIGGER_AUTHORING } from '@tessera/action-types';
import {
  buildCredentialsExchangeEvent,
  buildCustomEmailProviderEvent,
  buildCustomPhoneProviderEvent,
  buildCustomTokenExchangeEvent,
  buildEventStreamEvent,
  buildPasswordResetPostChallengeEvent,
  buildPostChangePasswordEvent,
  buildPostLoginEvent,
  buildPostUserRegistrationEvent,
  buildPreUserRegistrationEvent,
  buildSendPhoneMessageEvent,
  SAMPLE_EVENTS,
} from '@tessera/engine';
import type { JsonObject } from '@tessera/model';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import {
  client,
  connection,
  loginFacts,
  machineFacts,
  registrationFacts,
  request,
  resourceServer,
  tenant,
  user,
} from './support/facts.ts';

/** Lies beside the project where the project is developed, and nowhere else. */
const FILE = join(import.meta.dirname, '../../../../shared/contract/actions-schema.json');

const schemas: Readonly<Record<string, JsonObject>> | undefined = existsSync(FILE)
  ? JSON.parse(readFileSync(FILE, 'utf8')).components.schemas
  : undefined;

/** Schemas of triggers that this system does not have. */
const NOT_HERE = [
  'IGAApproval',
  'IGACertification',
  'IGAFulfillmentAssignment',
  'IGAFulfillmentExecution',
  'LoginPostIdentifier',
  'MCPTool',
  'PasswordHashMigration',
  'SignupPostIdentifier',
];

/** Members that the table of fields has, and the schemas do not yet. */
const NEWER_THAN_SCHEMAS = [
  '/agent',
  '/authentication/riskAssessment/assessments/AgentDetection',
  '/session/actor',
];

const triggerIds = Object.keys(TRIGGER_AUTHORING) as AuthorableTriggerId[];
const schemaNameOf = (id: AuthorableTriggerId) => TRIGGER_AUTHORING[id].apiType.replace(/API$/, '');

const ajv = new Ajv({ strict: false, allErrors: true });
formats.default(ajv);

/** What the schema objects to; secrets are each action's own and no part of it. */
function findObjections(triggerId: AuthorableTriggerId, event: JsonObject): readonly string[] {
  const { $id: _, ...schema } = schemas?.[schemaNameOf(triggerId)] ?? {};
  const validate = ajv.compile(schema);
  const { secrets: _secrets, ...members } = event;
  validate(members);
  return (validate.errors ?? [])
    .filter(
      ({ instancePath, params }) =>
        !NEWER_THAN_SCHEMAS.includes(`${instancePath}/${params.additionalProperty}`),
    )
    .map((error) => `${error.instancePath} ${error.message}`);
}

/** A message in full, for the providers. */
const { notification: email } = SAMPLE_EVENTS['custom-email-provider'];
const { notification: phone } = SAMPLE_EVENTS['custom-phone-provider'];
const { message_options: message } = SAMPLE_EVENTS['send-phone-message'];
const notificationFacts = { tenant, client, connection, user, correlationId: 'c' };

const BUILT: Readonly<Record<AuthorableTriggerId, () => JsonObject>> = {
  'post-login': () => buildPostLoginEvent(loginFacts),
  'credentials-exchange': () => buildCredentialsExchangeEvent(machineFacts),
  'pre-user-registration': () => buildPreUserRegistrationEvent(registrationFacts),
  'post-user-registration': () => buildPostUserRegistrationEvent(registrationFacts),
  'post-change-password': () => buildPostChangePasswordEvent({ tenant, connection, user, request }),
  'password-reset-post-challenge': () =>
    buildPasswordResetPostChallengeEvent({
      ...loginFacts,
      enrolledFactors: [{ type: 'phone', options: { preferredMethod: 'sms' } }],
      prompt: { id: 'form', fields: { a: 1 } },
      authenticationMethods: [{ name: 'email', timestamp: '2026-11-21T10:00:00.000Z' }],
    }),
  'send-phone-message': () =>
    buildSendPhoneMessageEvent({ tenant, user, request, message: message as never }),
  'custom-token-exchange': () =>
    buildCustomTokenExchangeEvent({
      ...{ tenant, client, resourceServer, request, actorTokenUser: user },
      ...{ subjectToken: 's', subjectTokenType: 'urn:x', requestedScopes: ['read'] },
    }),
  'custom-email-provider': () =>
    buildCustomEmailProviderEvent({ ...notificationFacts, notification: email as never }),
  'custom-phone-provider': () =>
    buildCustomPhoneProviderEvent({ ...notificationFacts, request, notification: phone as never }),
  'event-stream': () =>
    buildEventStreamEvent({ id: 'evt_1', type: 'user.created', source: 'urn:tessera:acme' }),
};

describe.skipIf(schemas === undefined)('schemas of the events (needs ../shared)', () => {
  test('are of the triggers here, and of eight that are not', () => {
    const here = triggerIds.map(schemaNameOf);
    expect(Object.keys(schemas ?? {}).sort()).toEqual([...here, ...NOT_HERE].sort());
  });

  test.for(triggerIds)('accept the sample event of %s', (triggerId) => {
    expect(findObjections(triggerId, SAMPLE_EVENTS[triggerId])).toEqual([]);
  });

  test.for(triggerIds)('accept the event that is built for %s', (triggerId) => {
    expect(findObjections(triggerId, BUILT[triggerId]())).toEqual([]);
  });

  test.for(triggerIds)('name no member that the sample event of %s lacks', (triggerId) => {
    const schema = schemas?.[schemaNameOf(triggerId)] ?? {};
    expect(findMissing(schema, SAMPLE_EVENTS[triggerId], '')).toEqual([]);
  });
});

/** A member that must not be there: the sixth actor of a chain. */
const isForbidden = (schema: JsonObject): boolean => (schema as unknown) === false;

/** Properties of the schema, nested ones too, that the event does not have. */
function findMissing(schema: JsonObject, event: unknown, at: string): string[] {
  return Object.entries((schema.properties ?? {}) as Record<string, JsonObject>).flatMap(
    ([name, member]) => {
      const path = `${at}.${name}`;
      const value = (event as Record<string, unknown>)[name];
      if (value === undefined) return isForbidden(member) ? [] : [path];
      return findMissing(member, value, path);
    },
  );
}
