import type { TestServer } from '@tessera/testkit';

/** The application's address; nothing listens there. */
export const CALLBACK = 'http://127.0.0.1:9/callback';
/** Of every person. */
export const PASSWORD = 'correct horse battery staple 1';

/** A browser that follows redirects on the server by hand. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly #server: TestServer;
  /** The last page, for messages. */
  last = '';

  constructor(server: TestServer) {
    this.#server = server;
  }

  async open(path: string, form?: Record<string, string>) {
    const answer = await this.#server.fetch(new URL(path, this.#server.url), {
      headers: { cookie: [...this.cookies].map((pair) => pair.join('=')).join('; ') },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = cookie.split(';', 1)[0]?.split(/=(.*)/) ?? [];
      this.cookies.set(name, value);
    }
    this.last = await answer.text();
    const { status, headers } = answer;
    return { text: this.last, to: headers.get('location'), status, headers };
  }

  /** From an authorization request to the application's callback; fills in the form on the way. */
  async authorize(url: string, person?: { readonly email: string }): Promise<URLSearchParams> {
    return (await this.authorizeTo(url, person)).searchParams;
  }

  /** The same; the whole address, for answers in the fragment. */
  async authorizeTo(url: string, person?: { readonly email: string }): Promise<URL> {
    let { to } = await this.open(url);
    if (to?.startsWith('/u/') && person !== undefined) {
      const { text } = await this.open(to);
      const isSignUp = to.startsWith('/u/signup');
      const identifier = isSignUp ? 'email' : 'identifier';
      const page = isSignUp ? '/u/signup' : '/u/login';
      const form = {
        ...hiddenOf(text),
        [identifier]: person.email,
        password: PASSWORD,
      };
      ({ to } = await this.open(page, form));
    }
    while (to?.startsWith('/') || to?.startsWith(this.#server.url)) {
      ({ to } = await this.open(to));
    }
    if (!to?.startsWith(CALLBACK))
      throw new Error(`the application was not reached but ${to}: ${this.last.slice(0, 2000)}`);
    return new URL(to);
  }
}

/** Hidden members of the page's forms. */
export function hiddenOf(html: string): Record<string, string> {
  const hidden = [...html.matchAll(/<input type="hidden" name="([\w-]+)" value="([^"]*)"/g)];
  return Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]));
}
