import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EmailTemplateName, PhoneTemplateType } from '@tessera/model';
import { z } from 'zod';

/** The languages of the server's own texts. */
const MESSAGE_LANGUAGES = ['en', 'de', 'ar'] as const;
export type MessageLanguage = (typeof MESSAGE_LANGUAGES)[number];

const emailTextsSchema = z.strictObject({
  subject: z.string(),
  heading: z.string(),
  /** One paragraph. */
  lede: z.string(),
  /** Label of the button that leads to `url`. */
  button: z.string().optional(),
  /** Below code and button: how long they work, what to do when nobody asked. */
  note: z.string().optional(),
});
const phoneTextsSchema = z.strictObject({ text: z.string(), voice: z.string() });

const languageSchema = z.strictObject({
  direction: z.enum(['ltr', 'rtl']),
  common: z.strictObject({
    /** Above the bare link, for programs that show no button. */
    link: z.string(),
    support: z.string(),
    signature: z.string(),
  }),
  email: z.record(z.string(), emailTextsSchema),
  phone: z.record(z.string(), phoneTextsSchema),
});

/** Texts of one language, in Liquid. */
type LanguageTexts = Readonly<z.output<typeof languageSchema>>;
export type EmailTexts = Readonly<z.output<typeof emailTextsSchema>>;
export type PhoneTexts = Readonly<z.output<typeof phoneTextsSchema>>;

/** Works from `src/render` and from `dist/render`: both lie beside the folders of texts. */
const FOLDER = join(import.meta.dirname, '..', '..');

const LANGUAGES: ReadonlyMap<string, LanguageTexts> = new Map(
  MESSAGE_LANGUAGES.map((language) => [
    language,
    languageSchema.parse(
      JSON.parse(readFileSync(join(FOLDER, 'translations', `${language}.json`), 'utf8')),
    ),
  ]),
);

/** Names that share the texts of another. */
const SAME_AS: Readonly<Partial<Record<EmailTemplateName, EmailTemplateName>>> = {
  change_password: 'reset_email',
  password_reset: 'reset_email',
};

/** Markup around an e-mail's texts. */
export const EMAIL_LAYOUT = readFileSync(join(FOLDER, 'templates', 'email.liquid'), 'utf8');

export function textsOf(language: MessageLanguage): LanguageTexts {
  const texts = LANGUAGES.get(language);
  if (texts === undefined) throw new Error(`There are no texts in "${language}"`);
  return texts;
}

export function emailTextsOf(language: MessageLanguage, name: EmailTemplateName): EmailTexts {
  const texts = textsOf(language).email[SAME_AS[name] ?? name];
  if (texts === undefined) throw new Error(`There are no texts for "${name}" in "${language}"`);
  return texts;
}

export function phoneTextsOf(
  language: MessageLanguage,
  type: PhoneTemplateType | 'mfa_enrollment' | 'mfa_challenge',
): PhoneTexts {
  const texts = textsOf(language).phone[type];
  if (texts === undefined) throw new Error(`There are no texts for "${type}" in "${language}"`);
  return texts;
}

/** The best language there are texts in: the person's, then the tenant's, then English. */
export function chooseMessageLanguage(
  preferred: readonly string[],
  enabled: readonly string[] = [],
): MessageLanguage {
  const isEnabled = (language: string) =>
    enabled.length === 0 || enabled.some((one) => primaryOf(one) === language);
  for (const wanted of [...preferred, ...enabled]) {
    const found = MESSAGE_LANGUAGES.find((language) => language === primaryOf(wanted));
    if (found !== undefined && isEnabled(found)) return found;
  }
  return 'en';
}

const primaryOf = (tag: string): string => tag.toLowerCase().split(/[-_]/)[0] ?? '';
