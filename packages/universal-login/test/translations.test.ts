import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIELD_PROBLEM_CODES, TOO_MANY_REASONS } from '@tessera/accounts';
import { describe, expect, test } from 'vitest';
import { LANGUAGES, TRANSLATIONS } from '../src/i18n/translations.ts';
import { createTranslator } from '../src/i18n/translator.ts';

const PACKAGE = join(import.meta.dirname, '..');
const ENGLISH = TRANSLATIONS.get('en') ?? new Map<string, string>();

function placeholdersOf(text: string | undefined): readonly string[] {
  return [...new Set(text?.match(/\{\w+\}/g))].sort();
}

function listFiles(folder: string, extension: string): readonly string[] {
  return readdirSync(join(PACKAGE, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .map((name) => join(PACKAGE, folder, name));
}

describe('translations', () => {
  test('speak English, German and Arabic at least', () => {
    expect(LANGUAGES).toEqual(expect.arrayContaining(['ar', 'de', 'en']));
  });

  test.for(LANGUAGES)('%s has exactly the keys of en', (language) => {
    const keys = [...(TRANSLATIONS.get(language)?.keys() ?? [])].sort();
    expect(keys).toEqual([...ENGLISH.keys()].sort());
  });

  test.for(LANGUAGES)('%s has the placeholders of en', (language) => {
    const texts = [...(TRANSLATIONS.get(language) ?? [])];
    const wrong = texts.filter(
      ([key, text]) => String(placeholdersOf(text)) !== String(placeholdersOf(ENGLISH.get(key))),
    );
    expect(wrong).toEqual([]);
  });

  test('have every key that a template names', () => {
    const used = listFiles('templates', '.liquid').flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/'([\w.-]+)' \| t(?:_strong)?\b/g)].map(
        ([, key = '']) => ({ path, key }),
      ),
    );
    expect(used.length).toBeGreaterThan(20);
    expect(used.filter(({ key }) => !ENGLISH.has(key))).toEqual([]);
  });

  test('have every key that code names', () => {
    const areas = new Set([...ENGLISH.keys()].map((key) => key.split('.')[0]));
    const used = listFiles('src', '.ts').flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/'([a-z][a-z-]*)(\.[\w.-]+)'/g)]
        .filter(([, area = '']) => areas.has(area))
        .map(([, area = '', rest = '']) => ({ path, key: `${area}${rest}` })),
    );
    expect(used.length).toBeGreaterThan(20);
    const isKnown = (key: string) =>
      ENGLISH.has(key) || [...ENGLISH.keys()].some((known) => known.startsWith(`${key}.`));
    expect(used.filter(({ key }) => !isKnown(key))).toEqual([]);
  });

  test('have a text for every problem that account services tell', () => {
    const keys = [
      ...FIELD_PROBLEM_CODES.map((code) => `account.problem.${code}`),
      ...TOO_MANY_REASONS.map((reason) => `account.too-many.${reason}`),
    ];
    expect(keys.filter((key) => !ENGLISH.has(key))).toEqual([]);
  });
});

describe('createTranslator()', () => {
  test('knows the direction of a language', () => {
    expect(createTranslator('ar').direction).toBe('rtl');
    expect(createTranslator('de').direction).toBe('ltr');
  });

  test('fills placeholders, and keeps values of the other direction apart', () => {
    const english = createTranslator('en');
    expect(english.text('common.field-too-long', { max: 5 })).toContain('At most 5 characters');
    expect(english.text('login.lede', { application: 'مذكرات' })).toContain('\u2068مذكرات\u2069');
    expect(createTranslator('ar').text('login.lede', { application: 'Notes' })).toContain(
      '\u2068Notes\u2069',
    );
  });

  test('lets the texts of a tenant go first, and escapes in HTML', () => {
    const t = createTranslator('de', new Map([['login.lede', 'Nur für {application} & Co.']]));
    expect(t.html('login.lede', { application: '<b>{x}</b>' })).toBe(
      'Nur für <strong><bdi>&lt;b&gt;{x}&lt;/b&gt;</bdi></strong> &amp; Co.',
    );
  });

  test('refuses keys that no language has', () => {
    expect(() => createTranslator('de').text('login.nothing')).toThrow('login.nothing');
    expect(createTranslator('de').has('login.nothing')).toBe(false);
  });
});
