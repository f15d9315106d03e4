import type { JsonObject, JsonValue } from '@tessera/model';
import sanitizeHtml from 'sanitize-html';
import { escapeHtml } from '../i18n/translator.ts';

/** What `{{vars.plan}}` and `{{fields.name}}` of a form's texts stand for. */
export interface FormVariables {
  readonly vars: JsonObject;
  readonly fields: JsonObject;
}

const PLACEHOLDER = /\{\{\s*(vars|fields)\.([\w-]+(?:\.[\w-]+){0,4})\s*\}\}/g;

/** A text with its placeholders filled. What is not there, and what is no text, number or boolean, is empty. */
export function fillText(text: string, variables: FormVariables): string {
  return text.replaceAll(PLACEHOLDER, (_, source: 'vars' | 'fields', path: string) =>
    read(variables[source], path.split('.')),
  );
}

/**
 * A rich text as HTML that a page can show. Values are escaped before they are put in, and the whole is
 * cleaned after: whatever a form or a value says, what is left has no scripts, styles, forms or frames, and
 * its links lead to the web, a mail program or a telephone.
 */
export function fillHtml(html: string, variables: FormVariables): string {
  const filled = html.replaceAll(PLACEHOLDER, (_, source: 'vars' | 'fields', path: string) =>
    escapeHtml(read(variables[source], path.split('.'))),
  );
  return sanitizeHtml(filled, CLEANING);
}

const CLEANING: sanitizeHtml.IOptions = {
  allowedTags: [
    ...['p', 'br', 'hr', 'h2', 'h3', 'h4', 'blockquote', 'pre', 'code', 'ul', 'ol', 'li'],
    ...['a', 'strong', 'b', 'em', 'i', 'u', 's', 'small', 'sub', 'sup', 'span', 'div'],
  ],
  allowedAttributes: { a: ['href', 'rel', 'target'], '*': ['dir', 'lang'] },
  allowedSchemes: ['https', 'http', 'mailto', 'tel'],
  allowProtocolRelative: false,
  disallowedTagsMode: 'discard',
  transformTags: {
    // The page has one heading of the first level.
    h1: 'h2',
    h5: 'h4',
    h6: 'h4',
    // Reading on must not end the login.
    a: sanitizeHtml.simpleTransform('a', { rel: 'noopener noreferrer', target: '_blank' }),
  },
  enforceHtmlBoundary: false,
  nestingLimit: 20,
};

function read(from: JsonObject, path: readonly string[]): string {
  let found: JsonValue | undefined = from;
  for (const name of path) {
    const isObject: boolean = typeof found === 'object' && found !== null && !Array.isArray(found);
    if (!isObject || !Object.hasOwn(found as JsonObject, name)) return '';
    found = (found as JsonObject)[name];
  }
  return typeof found === 'object' || found === undefined ? '' : String(found);
}
