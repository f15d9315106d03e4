import { createHash, randomBytes } from 'node:crypto';
import type { HttpAnswer, HttpClient, HttpRequest } from './http-client.ts';
import { fillLoginForm, type Person, readRefresh } from './login-page.ts';

/** The application that people log in to. */
export interface LoginApplication {
  /** Base URL of the tenant. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  /** Of the authorization request. Default: the person's profile. */
  readonly scope?: string;
  /** The API that tokens are for. */
  readonly audience?: string;
}

export interface Tokens {
  readonly id_token: string;
  readonly refresh_token?: string;
}

/** A code, and what its exchange needs besides. */
export interface Code {
  readonly code: string;
  readonly verifier: string;
}

const SCOPE = 'openid profile email';
/** A login takes five or six; more is a circle. */
const MAX_STEPS = 12;

/**
 * Logs a person in as a browser without cookies would: authorization request, login page, password,
 * and whatever redirects follow; then exchanges the code as the application. Returns the ID token.
 */
export async function logIn(
  client: HttpClient,
  application: LoginApplication,
  person: Person,
): Promise<string> {
  const code = await authorize(client, application, { person, cookies: new Map() });
  return (await exchange(client, application, code)).id_token;
}

/** Asks the token endpoint as the application; anything but tokens rejects. */
export async function requestTokens(
  client: HttpClient,
  { url, clientId, clientSecret }: LoginApplication,
  parameters: Readonly<Record<string, string>>,
): Promise<Tokens> {
  const form = { client_id: clientId, client_secret: clientSecret, ...parameters };
  const answer = await client.send({
    method: 'POST',
    url: `${url}/oauth/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  });
  if (answer.status !== 200) throw new Error(`the token endpoint answered ${answer.body}`);
  return JSON.parse(answer.body) as Tokens;
}

export async function exchange(
  client: HttpClient,
  application: LoginApplication,
  { code, verifier }: Code,
): Promise<Tokens> {
  return await requestTokens(client, application, {
    grant_type: 'authorization_code',
    redirect_uri: application.redirectUri,
    code,
    code_verifier: verifier,
  });
}

/** From the authorization request to the code. With the cookies of a login nothing is asked. */
export async function authorize(
  client: HttpClient,
  application: LoginApplication,
  browser: { readonly person: Person; readonly cookies: Map<string, string> },
): Promise<Code> {
  const { url, clientId, redirectUri, scope = SCOPE, audience } = application;
  const { cookies, person } = browser;
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope,
    ...(audience === undefined ? {} : { audience }),
    state: randomBytes(16).toString('base64url'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  let next: HttpRequest = { method: 'GET', url: `${url}/authorize?${query}` };
  for (let step = 0; step < MAX_STEPS; step++) {
    const headers = { ...next.headers, ...toHeaders(cookies, url) };
    const answer = await client.send({ ...next, headers });
    keepCookies(cookies, answer);
    const target = findTarget(answer, next.url);
    if (target?.startsWith(redirectUri)) return { code: readCode(target), verifier };
    next =
      target === undefined
        ? fillLoginForm(answer.body, next.url, person)
        : { method: 'GET', url: target };
  }
  throw new Error(`no code after ${MAX_STEPS} steps`);
}

/** Where the answer sends the browser; undefined when it is a page to act on. */
function findTarget({ status, headers, body }: HttpAnswer, url: string): string | undefined {
  if (headers.location !== undefined) return new URL(headers.location, url).href;
  if (status !== 200) throw new Error(`${url} answered ${status}: ${body.slice(0, 500)}`);
  return readRefresh(body, url);
}

function readCode(target: string): string {
  const { search, searchParams } = new URL(target);
  const code = searchParams.get('code');
  if (code === null) throw new Error(`the login ended with ${search}`);
  return code;
}

/** What a browser sends with every request of the login. */
function toHeaders(cookies: ReadonlyMap<string, string>, origin: string): Record<string, string> {
  const pairs = [...cookies].map(([name, value]) => `${name}=${value}`);
  return {
    accept: 'text/html',
    'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/145.0',
    origin,
    ...(pairs.length === 0 ? {} : { cookie: pairs.join('; ') }),
  };
}

function keepCookies(cookies: Map<string, string>, { headers }: HttpAnswer): void {
  for (const cookie of headers['set-cookie'] ?? []) {
    const [pair = '', ...attributes] = cookie.split(';');
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals);
    const value = pair.slice(equals + 1);
    const isExpired = attributes.some((text) =>
      /^\s*(max-age=0|expires=Thu, 01 Jan 1970)/i.test(text),
    );
    if (value === '' || isExpired) cookies.delete(name);
    else cookies.set(name, value);
  }
}
