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
  const verifier = randomBytes(32).toString('base64url');
  const code = await authorize(client, application, { person, verifier });
  const answer = await client.send({
    method: 'POST',
    url: `${application.url}/oauth/token`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'authorization_code',
      client_id: application.clientId,
      client_secret: application.clientSecret,
      redirect_uri: application.redirectUri,
      code,
      code_verifier: verifier,
    }),
  });
  if (answer.status !== 200) throw new Error(`the code exchange answered ${answer.body}`);
  return (JSON.parse(answer.body) as { id_token: string }).id_token;
}

async function authorize(
  client: HttpClient,
  { url, clientId, redirectUri }: LoginApplication,
  { person, verifier }: { readonly person: Person; readonly verifier: string },
): Promise<string> {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: SCOPE,
    state: randomBytes(16).toString('base64url'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const cookies = new Map<string, string>();
  let next: HttpRequest = { method: 'GET', url: `${url}/authorize?${query}` };
  for (let step = 0; step < MAX_STEPS; step++) {
    const headers = { ...next.headers, ...toHeaders(cookies, url) };
    const answer = await client.send({ ...next, headers });
    keepCookies(cookies, answer);
    const target = findTarget(answer, next.url);
    if (target?.startsWith(redirectUri)) return readCode(target);
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
