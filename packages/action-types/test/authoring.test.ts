import { type AuthorableTriggerId, TRIGGER_AUTHORING } from '@tessera/action-types';
import { describe, expect, test } from 'vitest';
import { checkTypes } from './support/check-types.ts';

const LOGIN = `
/**
 * @param {Event} event
 * @param {PostLoginAPI} api
 */
exports.onExecutePostLogin = async (event, api) => {
  if (event.user.user_metadata.theme.dark) api.idToken.setCustomClaim('dark', true);
  if (!event.user.email?.endsWith('@example.com')) api.access.deny('no').access.deny('code', 'no');
  const cached = await api.cache.get(event.client.client_id);
  api.accessToken.setCustomClaim('https://example.com/token', cached?.value ?? event.secrets.TOKEN);
  if (event.request.geoip.continentCode === 'EU' && api.redirect.canRedirect()) {
    api.redirect.sendUserTo('https://example.com', { query: { a: 'b' } });
  }
};
`;

describe('TRIGGER_AUTHORING', () => {
  test('makes Event and the API known to an action that is documented by JSDoc', async () => {
    const globals = TRIGGER_AUTHORING['post-login'].ambientDeclarations;
    expect(await checkTypes({ 'globals.d.ts': globals, 'action.js': LOGIN })).toBe('');
  });

  const mistakes: [mistake: string, replace: [from: string, to: string], complaint: string][] = [
    ['a misspelt field', ['event.client.client_id', 'event.client.clientId'], 'clientId'],
    ['a missing argument', ["deny('no')", 'deny()'], 'Expected 1-2 arguments'],
    ['a field that may be absent', ['event.user.email?.', 'event.user.email.'], 'possibly'],
    ['an unknown method', ['api.cache.get', 'api.cache.fetch'], 'fetch'],
  ];
  test.for(mistakes)('lets an editor find %s', async ([, [from, to], complaint]) => {
    const globals = TRIGGER_AUTHORING['post-login'].ambientDeclarations;
    const files = { 'globals.d.ts': globals, 'action.js': LOGIN.replace(from, to) };
    expect(await checkTypes(files)).toContain(complaint);
  });

  const triggerIds = Object.keys(TRIGGER_AUTHORING) as AuthorableTriggerId[];
  test.for(triggerIds)('declares the names of %s', async (triggerId) => {
    const { apiType, execute, ambientDeclarations } = TRIGGER_AUTHORING[triggerId];
    const action = `
/**
 * @param {Event} event
 * @param {${apiType}} api
 */
exports.${execute} = async (event, api) => {
  await api.cache.set('secrets', Object.keys(event.secrets).join(), { ttl: 5 });
};
`;
    const files = { 'globals.d.ts': ambientDeclarations, 'action.js': action };
    expect(await checkTypes(files)).toBe('');
  });
});
