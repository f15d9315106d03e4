import { z } from 'zod';
import { jsonObjectSchema } from '../json.ts';
import { defineOperations } from '../operation.ts';

/** Groups of screens that have texts of their own. */
const PROMPTS = (
  'login login-id login-password login-passwordless login-email-verification signup signup-id ' +
  'signup-password phone-identifier-enrollment phone-identifier-challenge email-identifier- ' +
  'challenge reset-password custom-form consent customized-consent logout mfa-push mfa-otp ' +
  'mfa-voice mfa-phone mfa-webauthn mfa-sms mfa-email mfa-recovery-code mfa status device- ' +
  'flow email-verification email-otp-challenge organizations invitation common passkeys ' +
  'captcha brute-force-protection async-approval-flow confirmation'
).split(' ');

/** Languages that texts may be in; pages speak those that have translations. */
const LANGUAGES = (
  'am ar ar-EG ar-SA az bg bn bs ca-ES cnr cs cy da de el en en-CA es es-419 es-AR es-MX et ' +
  'eu-ES fa fi fr fr-CA fr-FR gl-ES gu he hi hr hu hy id is it ja ka kk kn ko lt lv mk ml mn ' +
  'mr ms my nb nl nn no pa pl pt pt-BR pt-PT ro ru sk sl so sq sr sv sw ta te th tl tr uk ur ' +
  'vi zgh zh-CN zh-HK zh-MO zh-TW'
).split(' ');

/** Members of a screen's texts, and length of one, in characters. */
const MAX_TEXTS = 300;
const MAX_TEXT_LENGTH = 10_000;
const MAX_SCREENS = 100;

const screenTexts = z
  .record(z.string().max(100), z.string().max(MAX_TEXT_LENGTH))
  .refine((texts) => Object.keys(texts).length <= MAX_TEXTS, `at most ${MAX_TEXTS} texts`);
const customTextsSchema = z
  .record(z.string().max(100), screenTexts)
  .refine(
    (screens) => Object.keys(screens).length <= MAX_SCREENS,
    `at most ${MAX_SCREENS} screens`,
  );

const promptSettingsSchema = z.strictObject({
  universal_login_experience: z.enum(['new', 'classic']).describe('Which login experience to use.'),
  identifier_first: z.boolean().describe('Whether the login asks for the identifier first.'),
  webauthn_platform_first_factor: z
    .boolean()
    .describe('Use a passkey of this device as the first authentication factor.'),
});
const updatePromptSettingsSchema = z
  .strictObject({
    universal_login_experience: z.enum(['new', 'classic']),
    identifier_first: z.boolean().nullable(),
    webauthn_platform_first_factor: z.boolean().nullable(),
  })
  .partial();
export type WirePromptSettings = z.output<typeof promptSettingsSchema>;
export type UpdatePromptSettingsBody = z.output<typeof updatePromptSettingsSchema>;

const tag = 'prompts';
const params = z.object({ prompt: z.enum(PROMPTS), language: z.enum(LANGUAGES) });

export const promptOperations = defineOperations({
  getPromptSettings: {
    method: 'GET',
    path: '/prompts',
    tag,
    summary: 'Get prompt settings',
    scopes: ['read:prompts'],
    responses: {
      200: { description: 'Prompt settings successfully retrieved.', schema: promptSettingsSchema },
    },
  },
  updatePromptSettings: {
    method: 'PATCH',
    path: '/prompts',
    tag,
    summary: 'Update prompt settings',
    scopes: ['update:prompts'],
    body: updatePromptSettingsSchema,
    responses: {
      200: { description: 'Prompts settings successfully updated.', schema: promptSettingsSchema },
    },
  },
  getCustomTexts: {
    method: 'GET',
    path: '/prompts/{prompt}/custom-text/{language}',
    tag,
    summary: 'Get custom text for a prompt',
    scopes: ['read:prompts'],
    params,
    responses: {
      200: {
        description: 'Prompt dictionaries successfully retrieved.',
        schema: jsonObjectSchema,
      },
    },
  },
  setCustomTexts: {
    method: 'PUT',
    path: '/prompts/{prompt}/custom-text/{language}',
    tag,
    summary: 'Set custom text for a specific prompt',
    scopes: ['update:prompts'],
    params,
    body: customTextsSchema,
    responses: {
      200: { description: 'Prompt dictionaries successfully updated.', schema: jsonObjectSchema },
    },
  },
});
