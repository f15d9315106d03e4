import { decodeJwt, type JWTPayload } from 'jose';
import * as oauth from 'openid-client';
import { CliError } from '../cli-error.ts';
import type { Connection } from '../connect.ts';

/** What a login needs. */
export interface LoginRequest {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly audience: string;
  readonly email: string;
  readonly password: string;
}

/** The decoded payloads of the tokens that the application got. */
export interface LoginTokens {
  readonly idToken: JWTPayload;
  readonly accessToken: JWTPayload;
}

/** More redirects than this means a loop. */
const MAX_REDIRECTS = 15;

/**
 * Logs a person in as a browser would (authorization code with PKCE, RFC 6749 and RFC 7636): follows
 * the redirects, keeps the cookies, fills in the page's form, and exchanges the code.
 */
export async function logIn(request: LoginRequest, connection: Connection): Promise<LoginTokens> {
  const config = await oauth.discovery(
    new URL(request.url),
    request.clientId,
    request.clientSecret,
    undefined,
    {
      execute: request.url.startsWith('http:') ? [oauth.allowInsecureRequests] : [],
    },
  );
  const codeVerifier = oauth.randomPKCECodeVerifier();
  const authorization = oauth.buildAuthorizationUrl(config, {
    redirect_uri: request.redirectUri,
    scope: 'openid profile email',
    audience: request.audience,
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    state: oauth.randomState(),
  });
  const state = authorization.searchParams.get('state') ?? '';
  const callback = await browse(authorization, request, connection);
  const tokens = await oauth.authorizationCodeGrant(config, callback, {
    pkceCodeVerifier: codeVerifier,
    expectedState: state,
  });
  if (tokens.id_token === undefined) throw new CliError('the server issued no ID token.');
  return { idToken: decodeJwt(tokens.id_token), accessToken: decodeJwt(tokens.access_token) };
}

/** Walks from the authorization request to the application's callback; returns the callback's URL. */
async function browse(start: URL, request: LoginRequest, connection: Connection): Promise<URL> {
  const cookies = new Map<string, string>();
  let url = start;
  let form: URLSearchParams | undefined;
  for (let hop = 0; hop < MAX_REDIRECTS; hop++) {
    const response = await connection.fetch(url.href, {
      method: form === undefined ? 'GET' : 'POST',
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form === undefined
          ? {}
          : { origin: url.origin, 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form === undefined ? {} : { body: form.toString() }),
    });
    for (const cookie of response.headers.getSetCookie()) keepCookie(cookies, cookie);
    const location = response.headers.get('location');
    if (location !== null) {
      url = new URL(location, url);
      form = undefined;
      if (url.href.startsWith(request.redirectUri)) return url;
      continue;
    }
    const page = await response.text();
    if (response.status >= 400 || form !== undefined)
      throw new CliError(`the login was refused: ${textOf(page)}`);
    form = fillIn(page, request);
  }
  throw new CliError(`the login did not end after ${MAX_REDIRECTS} redirects.`);
}

function keepCookie(cookies: Map<string, string>, header: string): void {
  const [pair = ''] = header.split(';', 1);
  const at = pair.indexOf('=');
  if (at > 0) cookies.set(pair.slice(0, at), pair.slice(at + 1));
}

/** Copies the form's hidden fields and puts the person's answers into the visible ones. */
function fillIn(page: string, request: LoginRequest): URLSearchParams {
  const form = new URLSearchParams();
  for (const [tag] of page.matchAll(/<input\b[^>]*>/gi)) {
    const attribute = (name: string): string =>
      new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(tag)?.[1] ?? '';
    const name = attribute('name');
    if (name === '') continue;
    switch (attribute('type')) {
      case 'hidden':
        form.set(
          name,
          attribute('value')
            .replaceAll('&amp;', '&')
            .replaceAll('&#39;', "'")
            .replaceAll('&quot;', '"'),
        );
        break;
      case 'password':
        form.set(name, request.password);
        break;
      default:
        form.set(name, request.email);
    }
  }
  return form;
}

/** What a page says, without its markup. */
function textOf(page: string): string {
  const body = /<main\b[^>]*>([\s\S]*)<\/main>/i.exec(page)?.[1] ?? page;
  return body
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 300);
}
