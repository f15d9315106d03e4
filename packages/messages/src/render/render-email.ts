import type { Markup } from '@tessera/liquid';
import type { EmailTemplate, EmailTemplateName, JsonObject } from '@tessera/model';
import { LIMITS } from '../limits.ts';
import type { StoredEmail } from '../stored-content.ts';
import { EMAIL_LAYOUT, type EmailTexts, emailTextsOf, textsOf } from './default-texts.ts';
import { htmlToText } from './html-to-text.ts';
import { renderLiquid, renderOwnLiquid, TemplateError } from './liquid.ts';
import { buildVariables, type RenderingFacts } from './rendering-facts.ts';

/** An e-mail, ready to be sent. */
export interface RenderedEmail {
  /** As the template has it; absent: the provider's. */
  readonly from?: string;
  /** One line. */
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly locale: string;
}

/** The e-mail, or that the tenant wants none of this kind. */
export type EmailRendering =
  | { readonly kind: 'rendered'; readonly email: RenderedEmail; readonly problem?: string }
  | { readonly kind: 'disabled' };

/** Messages that only inform: a disabled template means that they are not sent. On the others somebody waits. */
const NOTICES: ReadonlySet<EmailTemplateName> = new Set([
  'verify_email',
  'welcome_email',
  'blocked_account',
  'stolen_credentials',
]);

/**
 * Renders the tenant's template, or the server's where there is none. A template of the tenant that fails
 * must not keep a code or a link from a person: then the server's is rendered, and `problem` says why.
 */
export async function renderEmail(facts: RenderingFacts<StoredEmail>): Promise<EmailRendering> {
  const name = facts.message.template as EmailTemplateName;
  const own = await findOwnTemplate(facts, name);
  const variables = buildVariables(facts);
  if (isUnwanted(name, own)) return { kind: 'disabled' };
  if (own?.isEnabled === true) {
    try {
      return { kind: 'rendered', email: await renderOwn(facts, own, variables) };
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      const email = await renderDefault(facts, name, variables);
      return { kind: 'rendered', email, problem: error.message };
    }
  }
  return { kind: 'rendered', email: await renderDefault(facts, name, variables) };
}

function isUnwanted(name: EmailTemplateName, own: EmailTemplate | undefined): boolean {
  // A welcome is sent only where the tenant asked for it, as the hosted service does.
  if (own === undefined) return name === 'welcome_email';
  return !own.isEnabled && NOTICES.has(name);
}

/** The tenant's template; for passwordless logins, the connection's. */
async function findOwnTemplate(
  { store, connection }: RenderingFacts,
  name: EmailTemplateName,
): Promise<EmailTemplate | undefined> {
  if (name !== 'passwordless_email') return store.emailTemplates.find(name);
  const email = connection?.options.email;
  if (typeof email !== 'object' || email === null || Array.isArray(email)) return undefined;
  const { subject, body, from } = email as JsonObject;
  if (typeof body !== 'string' || body === '') return undefined;
  return {
    name,
    isEnabled: true,
    body,
    ...(typeof subject === 'string' ? { subject } : {}),
    ...(typeof from === 'string' ? { from } : {}),
  };
}

async function renderOwn(
  facts: RenderingFacts<StoredEmail>,
  own: EmailTemplate,
  variables: JsonObject,
): Promise<RenderedEmail> {
  const name = facts.message.template as EmailTemplateName;
  if (own.body === undefined || own.body === '') {
    const email = await renderDefault(facts, name, variables);
    const { from, subject } = await renderEnvelope(own, variables);
    return { ...email, ...(from && { from }), ...(subject && { subject }) };
  }
  const html = limit('body', await renderLiquid(own.body, variables, 'html'));
  const { from, subject } = await renderEnvelope(own, variables);
  const { subject: ordinary } = emailTextsOf(facts.language, name);
  return {
    html,
    text: htmlToText(html),
    subject: subject ?? toLine(await renderOwnLiquid(ordinary, variables, 'text')),
    locale: facts.language,
    ...(from && { from }),
  };
}

/** Sender and subject; what is empty is absent. */
async function renderEnvelope(own: EmailTemplate, variables: JsonObject) {
  const render = async (source: string | undefined) =>
    source === undefined ? '' : toLine(await renderLiquid(source, variables, 'text'));
  const [from, subject] = [await render(own.from), await render(own.subject)];
  return {
    from: from === '' ? undefined : from,
    subject: subject === '' ? undefined : subject.slice(0, LIMITS.subjectLength),
  };
}

async function renderDefault(
  facts: RenderingFacts<StoredEmail>,
  name: EmailTemplateName,
  variables: JsonObject,
): Promise<RenderedEmail> {
  const { language } = facts;
  const texts = emailTextsOf(language, name);
  const { direction } = textsOf(language);
  const html = await renderParts(facts, texts, { variables, markup: 'html' });
  const text = await renderParts(facts, texts, { variables, markup: 'text' });
  const subject = toLine(text.subject);
  const start = direction === 'rtl' ? 'right' : 'left';
  const page = { ...variables, ...html, subject, direction, start, language };
  return {
    subject: subject.slice(0, LIMITS.subjectLength),
    html: await renderOwnLiquid(EMAIL_LAYOUT, page, 'html'),
    text: joinText(text, variables),
    locale: language,
  };
}

type Parts = Readonly<Record<'subject' | 'heading' | 'lede', string>> &
  Readonly<Partial<Record<'button' | 'note' | 'support' | 'link_label' | 'signature', string>>>;

/** The texts of a message in one markup. They are the server's own, and hold no markup themselves. */
async function renderParts(
  { language }: RenderingFacts,
  texts: EmailTexts,
  { variables, markup }: { readonly variables: JsonObject; readonly markup: Markup },
): Promise<Parts> {
  const { common } = textsOf(language);
  const render = (source: string) => renderOwnLiquid(source, variables, markup);
  const hasSupport = 'support_email' in variables || 'support_url' in variables;
  return {
    subject: await render(texts.subject),
    heading: await render(texts.heading),
    lede: await render(texts.lede),
    ...(texts.button === undefined ? {} : { button: await render(texts.button) }),
    ...(texts.note === undefined ? {} : { note: await render(texts.note) }),
    ...(hasSupport ? { support: await render(common.support) } : {}),
    link_label: await render(common.link),
    signature: await render(common.signature),
  };
}

function joinText(parts: Parts, { code, url }: JsonObject): string {
  const lines = [
    parts.heading,
    parts.lede,
    code === undefined ? undefined : String(code),
    url === undefined || parts.button === undefined ? undefined : `${parts.button}:\n${url}`,
    parts.note,
    parts.support,
    parts.signature,
  ];
  return `${lines.filter((line) => line !== undefined && line !== '').join('\n\n')}\n`;
}

function limit(what: string, text: string): string {
  if (text.length <= LIMITS.bodyLength) return text;
  throw new TemplateError(
    `the rendered ${what} has ${text.length} characters (limit ${LIMITS.bodyLength})`,
  );
}

/** One line: a line break in a header would begin another header. */
function toLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
