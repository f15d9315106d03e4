import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseLanguage, type LanguageWishes } from '../src/i18n/choose-language.ts';
import { readCustomTexts } from '../src/i18n/custom-texts.ts';
import { LANGUAGES } from '../src/i18n/translations.ts';
import { openPages, postForm, showForm } from './open-pages.ts';

const enabledLocales = ['en', 'de', 'ar'];

describe('chooseLanguage()', () => {
  const cases: [name: string, wishes: LanguageWishes, language: string][] = [
    ['English, when nothing is known', {}, 'en'],
    [
      'English alone, while a tenant has not said more',
      { uiLocales: 'de', acceptLanguage: 'ar' },
      'en',
    ],
    [
      'what the application asks for',
      { uiLocales: 'ar', acceptLanguage: 'de', enabledLocales },
      'ar',
    ],
    ['the first that is there', { uiLocales: 'fr nl de ar', enabledLocales }, 'de'],
    [
      'the browser’s, when the application’s is not there',
      { uiLocales: 'fr', acceptLanguage: 'de', enabledLocales },
      'de',
    ],
    ['a region’s language', { acceptLanguage: 'de-AT, en;q=0.5', enabledLocales }, 'de'],
    [
      'by quality, not by order',
      { acceptLanguage: 'en;q=0.4, ar;q=0.9, de;q=0.5', enabledLocales },
      'ar',
    ],
    ['nothing that is unwanted', { acceptLanguage: 'ar;q=0, de', enabledLocales }, 'de'],
    ['the tenant’s first', { acceptLanguage: 'fr', enabledLocales: ['de', 'en'] }, 'de'],
    ['the tenant’s first that pages speak', { enabledLocales: ['fr', 'ar-EG', 'en'] }, 'ar'],
    ['English, when pages speak none of the tenant’s', { enabledLocales: ['fr'] }, 'en'],
    ['in any case of letters', { uiLocales: 'DE_at', enabledLocales }, 'de'],
  ];
  test.for(cases)('takes %s', ([, wishes, language]) => {
    expect(chooseLanguage(wishes)).toBe(language);
  });

  test('answers with a language for whatever is sent', () => {
    const wish = fc.option(fc.string({ unit: 'binary', maxLength: 2000 }), { nil: undefined });
    fc.assert(
      fc.property(
        wish,
        wish,
        fc.option(fc.array(fc.string()), { nil: undefined }),
        (a, b, list) => {
          const language = chooseLanguage({
            uiLocales: a,
            acceptLanguage: b,
            enabledLocales: list,
          });
          expect(LANGUAGES).toContain(language);
        },
      ),
    );
  });
});

describe('pages', () => {
  test('speak the language of the authorization request, then of the browser', async () => {
    await using pages = await openPages('languages_choice', { settings: { enabledLocales } });
    const get = (uiLocales: string | undefined, acceptLanguage: string) =>
      pages.app.inject({
        url: `/u/login?state=${pages.transactions.open(uiLocales ? { uiLocales } : {})}`,
        headers: { 'accept-language': acceptLanguage },
      });
    const arabic = await get('ar', 'de');
    expect(arabic.body).toContain('<html lang="ar" dir="rtl">');
    expect(arabic.body).toContain('تسجيل الدخول');
    const german = await get(undefined, 'de-CH');
    expect(german.body).toContain('<html lang="de" dir="ltr">');
    expect(german.body).toContain('Willkommen zurück');
  });

  test('say what went wrong in it', async () => {
    const settings = { enabledLocales: ['de'] };
    await using pages = await openPages('languages_problems', { settings });
    const shown = await showForm(pages, 'signup');
    const fields = { email: 'no address', password: 'weak' };
    const answer = await postForm(pages, { page: 'signup', shown }, fields);
    expect(answer.body).toContain('Bitte geben Sie eine gültige E-Mail-Adresse ein.');
    const weak = await postForm(
      pages,
      { page: 'signup', shown },
      { ...fields, email: 'a@b.example' },
    );
    expect(weak.body).toContain('Dieses Passwort ist zu schwach.');
    expect(weak.body).toContain('mindestens 8 Zeichen');
    const login = await showForm(pages, 'login');
    const wrong = { identifier: 'a@b.example', password: 'x' };
    const refused = await postForm(pages, { page: 'login', shown: login }, wrong);
    expect(refused.body).toContain('E-Mail-Adresse oder Passwort ist falsch.');
    const gone = await pages.app.inject('/u/login?state=gone');
    expect(gone.body).toContain('Diese Anmeldung ist abgelaufen');
  });

  test('say a tenant’s own texts, in the language that they are for, escaped', async () => {
    await using pages = await openPages('languages_custom', { settings: { enabledLocales } });
    await pages.store.customTexts.replace('login', 'en', {
      login: {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of the hosted service
        title: 'Hi from ${companyName} <b>',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of the hosted service
        description: 'Into ${clientName}!',
        nothing: 'x',
      },
    });
    const { html } = await showForm(pages, 'login');
    expect(html).toContain('<h1>Hi from Tessera &lt;b&gt;</h1>');
    expect(html).toContain('Into <strong><bdi>Field Notes</bdi></strong>!');
    const german = await showForm(pages, 'login', { uiLocales: 'de' });
    expect(german.html).toContain('Willkommen zurück');
    await pages.store.customTexts.replace('login', 'en', {});
    expect((await showForm(pages, 'login')).html).toContain('Welcome back');
  });
});

describe('readCustomTexts()', () => {
  test('knows the hosted service’s keys and ours, and leaves out the rest', () => {
    const texts = readCustomTexts([
      {
        prompt: 'login',
        texts: { login: { buttonText: 'Go', 'new-here': 'New?', odd: 'x', '': 'y' } },
      },
      { prompt: 'constructor', texts: { toString: { valueOf: 'x' } } },
      { prompt: 'signup', texts: { signup: 'not an object', other: { title: 7 } } },
    ]);
    expect([...texts]).toEqual([
      ['login.submit', 'Go'],
      ['login.new-here', 'New?'],
    ]);
  });
});
