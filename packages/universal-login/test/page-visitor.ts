import type { InjectOptions } from 'fastify';
import type { OpenPages } from './open-pages.ts';

/** What a visitor got. */
export interface Visit {
  readonly status: number;
  readonly html: string;
  readonly location: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** A browser without script: keeps cookies, and posts the forms of the page that it last got. */
export class Visitor {
  readonly #pages: OpenPages;
  readonly #cookies = new Map<string, string>();
  /** The page that it looks at. */
  html = '';

  constructor(pages: OpenPages) {
    this.#pages = pages;
  }

  /** Follows redirects within `/u/`. */
  async get(url: string): Promise<Visit> {
    const visit = await this.#send({ method: 'GET', url });
    return visit.location?.startsWith('/u/') ? this.get(visit.location) : visit;
  }

  /** Posts with the hidden fields of the page's form for `action`; does not follow redirects. */
  post(action: string, fields: Readonly<Record<string, string>> = {}): Promise<Visit> {
    return this.#send(this.form(action, fields));
  }

  /** What `post` sends, to be sent elsewhere or several times. */
  form(action: string, fields: Readonly<Record<string, string>> = {}): InjectOptions {
    const form = this.html
      .split('<form')
      .find((part) => part.includes(`action="${action}"`))
      ?.split('</form>')[0];
    const hidden = [...(form ?? this.html).matchAll(/<input [^>]*>/g)]
      .map(([input]) => [
        /name="([^"]*)"/.exec(input)?.[1] ?? '',
        /value="([^"]*)"/.exec(input)?.[1] ?? '',
      ])
      .filter(([name]) => name !== '');
    const payload = new URLSearchParams({ ...Object.fromEntries(hidden), ...fields });
    return {
      method: 'POST',
      url: action,
      payload: payload.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: this.cookie() },
    };
  }

  cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async #send(options: InjectOptions): Promise<Visit> {
    const headers = { cookie: this.cookie(), ...options.headers };
    const answer = await this.#pages.app.inject({ ...options, headers });
    for (const header of [answer.headers['set-cookie'] ?? []].flat()) {
      const [name = '', value = ''] = header.split(';')[0]?.split('=') ?? [];
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    if (answer.statusCode < 300 || answer.statusCode >= 400) this.html = answer.body;
    return {
      status: answer.statusCode,
      html: answer.body,
      location: answer.headers.location,
      headers: answer.headers,
    };
  }
}

export const EMAIL_CONNECTION = { id: 'con_email', name: 'email', strategy: 'email' } as const;
export const SMS_CONNECTION = { id: 'con_sms', name: 'sms', strategy: 'sms' } as const;
export const PEOPLE = { id: 'con_people', name: 'people' } as const;
