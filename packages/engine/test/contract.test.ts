import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AuthorableTriggerId, TRIGGER_AUTHORING } from '@tessera/action-types';
import { SAMPLE_EVENTS } from '@tessera/engine';
import { describe, expect, test } from 'vitest';
import { runActions } from './support/guest.ts';

/** The contract lies beside the project where the project is developed, and nowhere else. */
const CONTRACT = join(import.meta.dirname, '../../../../shared/contract/triggers.json');

interface TriggerContract {
  readonly event: readonly { readonly path: string; readonly type: string }[];
  readonly api: readonly { readonly method: string }[];
}

const contract: Readonly<Record<string, TriggerContract>> | undefined = existsSync(CONTRACT)
  ? JSON.parse(readFileSync(CONTRACT, 'utf8'))
  : undefined;

const triggerIds = Object.keys(TRIGGER_AUTHORING) as AuthorableTriggerId[];

describe.skipIf(contract === undefined)('contract of the triggers (needs ../shared)', () => {
  test.for(triggerIds)('SAMPLE_EVENTS has every field of %s, of its type', (triggerId) => {
    const wrong = contract?.[triggerId]?.event
      .filter(({ path, type }) => !hasType(valueAt(SAMPLE_EVENTS[triggerId], path), type))
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  test.for(triggerIds)('SAMPLE_EVENTS has no field that %s does not have', (triggerId) => {
    const fields = new Map(contract?.[triggerId]?.event.map(({ path, type }) => [path, type]));
    expect(findUnknown(SAMPLE_EVENTS[triggerId], '', fields)).toEqual([]);
  });

  test.for(triggerIds)('the api object has every method of %s', async (triggerId) => {
    let api: unknown;
    const file = {
      [TRIGGER_AUTHORING[triggerId].execute]: (_: unknown, given: unknown) => {
        api = given;
      },
    };
    await runActions([file], { triggerId });
    const missing = contract?.[triggerId]?.api
      .map(({ method }) => method.replace(/^api\./, '').replace(/\(.*$/, ''))
      .filter((path) => typeof valueAt(api, path) !== 'function');
    expect(missing).toEqual([]);
  });
});

function valueAt(root: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], root);
}

function hasType(value: unknown, type: string): boolean {
  if (type.startsWith('array of')) return Array.isArray(value);
  if (['object', 'dictionary', 'secrets'].includes(type)) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  }
  return typeof value === type;
}

/** Members of plain objects that the contract does not list; dictionaries and lists are open. */
function findUnknown(value: unknown, at: string, fields: ReadonlyMap<string, string>): string[] {
  return Object.entries(value as object).flatMap(([name, member]) => {
    const path = at === '' ? name : `${at}.${name}`;
    const type = fields.get(path);
    if (type === undefined) return fields.get(at) === 'dictionary' ? [] : [path];
    return type === 'object' ? findUnknown(member, path, fields) : [];
  });
}
