import type { OpenPages } from './open-pages.ts';

/** A browser: keeps cookies, follows nothing by itself. */
export class Visitor {
  cookie = '';
  readonly #pages: OpenPages;

  constructor(pages: OpenPages) {
    this.#pages = pages;
  }

  async get(url: string) {
    const answer = await this.#pages.app.inject({ url, headers: this.#headers() });
    return this.#keep(answer);
  }

  async post(url: string, fields: Record<string, string>, change: { cookie?: string } = {}) {
    const answer = await this.#pages.app.inject({
      method: 'POST',
      url,
      payload: new URLSearchParams(fields).toString(),
      headers: {
        ...this.#headers(change.cookie),
        'content-type': 'application/x-www-form-urlencoded',
      },
    });
    return this.#keep(answer);
  }

  /** Follows redirects within the pages. */
  async follow(url: string) {
    let answer = await this.get(url);
    const trail: string[] = [];
    while (answer.statusCode === 303 && String(answer.headers.location).startsWith('/')) {
      trail.push(String(answer.headers.location));
      answer = await this.get(String(answer.headers.location));
    }
    return { answer, at: trail.at(-1) ?? url };
  }

  #headers(cookie = this.cookie): Record<string, string> {
    return cookie === '' ? {} : { cookie };
  }

  #keep<T extends { readonly headers: Record<string, unknown> }>(answer: T): T {
    const [pair = ''] = String(answer.headers['set-cookie'] ?? '').split(';');
    if (pair !== '') this.cookie = pair;
    return answer;
  }
}

/** Value of a hidden field. */
export const hidden = (html: string, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';

/** Fills the page's form. */
export const fill = (html: string, fields: Record<string, string>) => ({
  state: hidden(html, 'state'),
  csrf_token: hidden(html, 'csrf_token'),
  ...fields,
});
