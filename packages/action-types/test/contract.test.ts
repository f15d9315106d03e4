import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkTypes } from './support/check-types.ts';

/** The contract lies beside the project where the project is developed, and nowhere else. */
const CONTRACT = join(import.meta.dirname, '../../../../shared/contract/triggers.json');

interface Field {
  readonly path: string;
  readonly type: string;
  readonly optional?: boolean;
  readonly values?: readonly string[];
}

const EVENTS = {
  'post-login': 'PostLoginEvent',
  'credentials-exchange': 'CredentialsExchangeEvent',
  'pre-user-registration': 'PreUserRegistrationEvent',
  'post-user-registration': 'PostUserRegistrationEvent',
  'post-change-password': 'PostChangePasswordEvent',
  'password-reset-post-challenge': 'PasswordResetPostChallengeEvent',
  'send-phone-message': 'SendPhoneMessageEvent',
  'custom-token-exchange': 'CustomTokenExchangeEvent',
  'custom-email-provider': 'CustomEmailProviderEvent',
  'custom-phone-provider': 'CustomPhoneProviderEvent',
  'event-stream': 'EventStreamEvent',
} as const;

/** What a field's type must be assignable to, and what must be assignable to it. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  number: 'number',
  boolean: 'boolean',
  'array of string': 'readonly string[]',
  'array of objects': 'readonly object[]',
  object: 'object',
  dictionary: 'object',
  secrets: 'object',
};

test.skipIf(!existsSync(CONTRACT))(
  'the event types have every field of the contract, as optional as there (needs ../shared)',
  async () => {
    const contract: Record<string, { readonly event: readonly Field[] }> = JSON.parse(
      readFileSync(CONTRACT, 'utf8'),
    );
    const lines = Object.entries(EVENTS).flatMap(([triggerId, type]) =>
      (contract[triggerId]?.event ?? []).map((field) => assertion(type, field)),
    );
    expect(lines.length).toBeGreaterThan(400);
    expect(await checkTypes({ 'contract.ts': [PRELUDE, ...lines].join('\n') })).toBe('');
  },
);

const PRELUDE = `
import type {
  ${Object.values(EVENTS).join(',\n  ')},
} from '@tessera/action-types';
type Known<T> = { [K in keyof T as string extends K ? never : K]: T[K] };
type IsOptional<T, K extends keyof T> = {} extends Pick<T, K> ? true : false;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Fits<T, Wanted> = [NonNullable<T>] extends [Wanted] ? true : false;
declare function check<T extends true>(path: string): T;
`;

function assertion(event: string, { path, type, optional, values }: Field): string {
  const names = path.split('.');
  const last = names.pop() ?? '';
  const owner = names.reduce((at, name) => `NonNullable<Known<${at}>['${name}']>`, event);
  const member = `Known<${owner}>['${last}']`;
  const wanted = values?.map((value) => `'${value}'`).join(' | ');
  const fits = wanted
    ? `Same<NonNullable<${member}>, ${wanted}>`
    : `Fits<${member}, ${TYPES[type] ?? 'never'}>`;
  const isOptional = `Same<IsOptional<Known<${owner}>, '${last}'>, ${optional === true}>`;
  return `check<${fits}>('${path}'); check<${isOptional}>('optional ${path}');`;
}
