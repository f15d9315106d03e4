import type { JsonObject, PhoneMessage, PhoneTemplateType } from '@tessera/model';
import { LIMITS } from '../limits.ts';
import type { StoredPhoneMessage } from '../stored-content.ts';
import { type PhoneTexts, phoneTextsOf } from './default-texts.ts';
import { renderLiquid, renderOwnLiquid, TemplateError } from './liquid.ts';
import { buildVariables, type RenderingFacts } from './rendering-facts.ts';

/** A phone message, ready to be sent. */
export interface RenderedPhoneMessage {
  /** For reading. */
  readonly text: string;
  /** The same for speaking. */
  readonly voice: string;
  readonly locale: string;
  /** Number that the tenant's template names. */
  readonly from?: string;
  /** Why the tenant's own text was not used. */
  readonly problem?: string;
}

/** Kinds of messages by the names of templates and of custom-phone-provider. */
export const PHONE_TYPES: Readonly<Record<PhoneMessage['purpose'], PhoneTemplateType>> = {
  'mfa-enrollment': 'otp_enroll',
  'mfa-challenge': 'otp_verify',
  'otp-verify': 'otp_verify',
  'otp-enroll': 'otp_enroll',
  'change-password': 'change_password',
  'blocked-account': 'blocked_account',
  'password-breach': 'password_breach',
};

/**
 * Renders both ways of a message. A text that the caller gave is first, then the tenant's template, then
 * the server's; one that fails is passed over, and `problem` says why. Undefined: the template is disabled.
 */
export async function renderPhoneMessage(
  facts: RenderingFacts<StoredPhoneMessage>,
): Promise<RenderedPhoneMessage | undefined> {
  const { content, language, store } = facts;
  const variables = buildVariables(facts);
  const type = PHONE_TYPES[content.purpose];
  const template = await store.phoneTemplates.findByType(type);
  const isNotice = content.code === undefined;
  if (template?.isDisabled === true && isNotice) return undefined;
  const ordinary = phoneTextsOf(language, defaultTextOf(content.purpose));
  const own = template?.isDisabled === false ? readOwn(template.content) : undefined;
  const given =
    content.text === undefined ? undefined : { text: content.text, voice: content.text };
  try {
    const rendered = await renderTexts({ ...ordinary, ...own, ...given }, variables);
    const from = template?.isDisabled === false ? template.content.from : undefined;
    return { ...rendered, locale: language, ...(typeof from === 'string' ? { from } : {}) };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const rendered = await renderTexts(ordinary, variables, renderOwnLiquid);
    return { ...rendered, locale: language, problem: error.message };
  }
}

function defaultTextOf(purpose: PhoneMessage['purpose']) {
  if (purpose === 'mfa-enrollment') return 'mfa_enrollment';
  return purpose === 'mfa-challenge' ? 'mfa_challenge' : PHONE_TYPES[purpose];
}

/** The texts of a template; what is empty is the server's. */
function readOwn({ body }: JsonObject): Partial<PhoneTexts> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return {};
  const { text, voice } = body as JsonObject;
  return {
    ...(typeof text === 'string' && text !== '' ? { text } : {}),
    ...(typeof voice === 'string' && voice !== '' ? { voice } : {}),
  };
}

async function renderTexts(
  texts: PhoneTexts,
  variables: JsonObject,
  renderText = renderLiquid,
): Promise<PhoneTexts> {
  const render = async (source: string) => {
    const text = (await renderText(source, variables, 'text')).trim();
    if (text.length <= LIMITS.phoneTextLength) return text;
    throw new TemplateError(
      `the rendered text has ${text.length} characters (limit ${LIMITS.phoneTextLength})`,
    );
  };
  return { text: await render(texts.text), voice: await render(texts.voice) };
}
