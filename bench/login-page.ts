import type { HttpRequest } from './http-client.ts';

/** The person at the login page. */
export interface Person {
  readonly email: string;
  readonly password: string;
}

const REFRESH = /<meta http-equiv="refresh" content="0;url=([^"]*)">/;
const FORM = /<form\b([^>]*)>([\s\S]*?)<\/form>/g;
const INPUT = /<input\b([^>]*)>/g;
const ATTRIBUTE = /([\w-]+)(?:="([^"]*)")?/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#34;': '"',
  '&#39;': "'",
};

/** Where the page sends the browser by itself; undefined when it stays. */
export function readRefresh(html: string, pageUrl: string): string | undefined {
  const [, target] = REFRESH.exec(html) ?? [];
  return target === undefined ? undefined : new URL(decode(target), pageUrl).href;
}

/** Fills in the page's form that asks for a password and returns what a browser would send. */
export function fillLoginForm(html: string, pageUrl: string, person: Person): HttpRequest {
  for (const [, attributes = '', content = ''] of html.matchAll(FORM)) {
    const inputs = [...content.matchAll(INPUT)].map(([, text = '']) => readAttributes(text));
    if (!inputs.some(({ type }) => type === 'password')) continue;
    const { action = pageUrl } = readAttributes(attributes);
    const fields = new URLSearchParams();
    for (const { name, type, value = '' } of inputs) {
      if (name === undefined) continue;
      if (type === 'password') fields.append(name, person.password);
      else if (type === 'hidden') fields.append(name, value);
      else if (type === 'email' || type === 'text') fields.append(name, person.email);
    }
    return {
      method: 'POST',
      url: new URL(action, pageUrl).href,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: fields.toString(),
    };
  }
  throw new Error(`no form of ${pageUrl} asks for a password`);
}

function readAttributes(text: string): Partial<Record<string, string>> {
  return Object.fromEntries(
    [...text.matchAll(ATTRIBUTE)].map(([, name = '', value = '']) => [name, decode(value)]),
  );
}

function decode(text: string): string {
  return text.replace(/&(?:\w+|#\d+);/g, (entity) => ENTITIES[entity] ?? entity);
}
