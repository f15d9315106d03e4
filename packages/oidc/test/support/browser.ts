interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly host: string;
  readonly path: string;
}

/** An answer with its body read. */
export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** `Location`, absolute. */
  readonly location: URL | undefined;
}

/** A browser as far as the protocol needs one: cookies by host and path, redirects by hand. */
export class Browser {
  #cookies: Cookie[] = [];

  async get(url: string | URL, headers: Record<string, string> = {}): Promise<Page> {
    return await this.#send(new URL(url), { headers });
  }

  async post(
    url: string | URL,
    form: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Page> {
    return await this.#send(new URL(url), {
      method: 'POST',
      body: new URLSearchParams(form),
      headers,
    });
  }

  /** Follows redirects as long as they stay on `origin`; returns the last answer. */
  async follow(page: Page, origin: string): Promise<Page> {
    let current = page;
    while (current.location?.origin === origin) current = await this.get(current.location);
    return current;
  }

  cookie(name: string): string | undefined {
    return this.#cookies.find((cookie) => cookie.name === name)?.value;
  }

  /** Attributes as set are not kept; what was sent is in `Page.headers`. */
  forget(name?: string): void {
    this.#cookies = name === undefined ? [] : this.#cookies.filter((one) => one.name !== name);
  }

  /** A copy of this browser with another value in a cookie that it has. */
  withCookie(name: string, value: string): Browser {
    const copy = new Browser();
    copy.#cookies = this.#cookies.map((cookie) =>
      cookie.name === name ? { ...cookie, value } : cookie,
    );
    return copy;
  }

  /** A copy of this browser as an attacker with its cookies would have it, but for some. */
  without(...names: string[]): Browser {
    const copy = new Browser();
    copy.#cookies = this.#cookies.filter(({ name }) => !names.includes(name));
    return copy;
  }

  async #send(url: URL, init: RequestInit): Promise<Page> {
    const header = this.#cookieHeader(url);
    const headers = new Headers(init.headers);
    if (header !== '') headers.set('cookie', header);
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) this.#store(url, line);
    const location = response.headers.get('location');
    return {
      url: url.href,
      status: response.status,
      headers: response.headers,
      body: await response.text(),
      location: location === null ? undefined : new URL(location, url),
    };
  }

  #cookieHeader({ host, pathname }: URL): string {
    return this.#cookies
      .filter((cookie) => cookie.host === host && isUnder(pathname, cookie.path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }

  #store({ host, pathname }: URL, line: string): void {
    const [pair = '', ...attributes] = line.split(/; */);
    const at = pair.indexOf('=');
    const name = pair.slice(0, at);
    const value = pair.slice(at + 1);
    const attribute = (wanted: string) =>
      attributes
        .find((one) => one.toLowerCase().startsWith(`${wanted}=`))
        ?.slice(wanted.length + 1);
    const path = attribute('path') ?? pathname.slice(0, pathname.lastIndexOf('/') + 1);
    this.#cookies = this.#cookies.filter(
      (cookie) => !(cookie.name === name && cookie.host === host && cookie.path === path),
    );
    const expires = attribute('expires');
    const isGone = expires !== undefined && Date.parse(expires) <= Date.now();
    if (!isGone) this.#cookies.push({ name, value, host, path });
  }
}

function isUnder(path: string, parent: string): boolean {
  return path === parent || path.startsWith(parent.endsWith('/') ? parent : `${parent}/`);
}
