import { createHash, randomBytes } from 'node:crypto';
import type { LogEntry } from '@tessera/model';
import { Browser, type Page } from './browser.ts';
import { CALLBACK, CLIENT_SECRET } from './entities.ts';
import type { TestTenant } from './start-oidc.ts';

/** An authorization request and what is needed to redeem its code. */
export interface Authorization {
  readonly url: URL;
  readonly verifier: string;
}

export interface AuthorizationOptions {
  readonly clientId: string;
  readonly scope?: string;
  readonly redirectUri?: string;
  readonly params?: Record<string, string>;
}

/** Builds an authorization request with PKCE. */
export function authorization(tenant: TestTenant, options: AuthorizationOptions): Authorization {
  const verifier = randomBytes(32).toString('base64url');
  const url = new URL('/authorize', tenant.url);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: options.clientId,
    redirect_uri: options.redirectUri ?? CALLBACK,
    scope: options.scope ?? 'openid profile email',
    state: 'the-state',
    nonce: 'the-nonce',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...options.params,
  }).toString();
  return { url, verifier };
}

/** Posts the test's login form of the page a redirect leads to. */
export async function submitLogin(
  browser: Browser,
  login: URL | undefined,
  userId: string,
  headers: Record<string, string> = {},
): Promise<Page> {
  if (login === undefined) throw new Error('no redirect to a login page');
  const form = new URL(login);
  form.searchParams.set('user', userId);
  return await browser.post(form, {}, headers);
}

/** Goes from an authorization request to where it ends outside of the tenant, logging in on the way. */
export async function logIn(
  tenant: TestTenant,
  browser: Browser,
  { url }: Authorization,
  userId: string,
): Promise<Page> {
  const first = await browser.get(url);
  if (first.location?.pathname.startsWith('/u/') !== true) return first;
  const submitted = await submitLogin(browser, first.location, userId);
  return await browser.follow(submitted, tenant.url);
}

/** The parameters that an application gets at its callback. */
export function callbackParams(page: Page): URLSearchParams {
  if (page.location === undefined) {
    throw new Error(`no redirect but ${page.status}: ${page.body.slice(0, 500)}`);
  }
  return page.location.searchParams;
}

/** An answer of an endpoint for programs. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read any member of any answer; a wrong one fails their assertions
  readonly body: any;
}

export async function postForm(
  url: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form), headers });
  return await readAnswer(response);
}

export async function postJson(url: string, body: unknown): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  return await readAnswer(response);
}

async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text,
  };
}

/** Redeems a code as a confidential client. */
export async function redeem(
  tenant: TestTenant,
  clientId: string,
  code: string | null,
  { verifier }: Authorization,
): Promise<Answer> {
  return await postForm(`${tenant.url}/oauth/token`, {
    grant_type: 'authorization_code',
    client_id: clientId,
    client_secret: CLIENT_SECRET,
    code: code ?? '',
    code_verifier: verifier,
    redirect_uri: CALLBACK,
  });
}

export async function refresh(
  tenant: TestTenant,
  clientId: string,
  token: string,
): Promise<Answer> {
  return await postForm(`${tenant.url}/oauth/token`, {
    grant_type: 'refresh_token',
    client_id: clientId,
    client_secret: CLIENT_SECRET,
    refresh_token: token,
  });
}

/** A whole login: from the request to the tokens. */
export async function getTokens(
  tenant: TestTenant,
  options: AuthorizationOptions & { readonly userId: string; readonly browser?: Browser },
): Promise<Answer> {
  const request = authorization(tenant, options);
  const page = await logIn(tenant, options.browser ?? new Browser(), request, options.userId);
  const params = callbackParams(page);
  if (!params.has('code')) throw new Error(`no code but ${params}`);
  return await redeem(tenant, options.clientId, params.get('code'), request);
}

/** The payload of a JWT, unverified. */
export function claimsOf(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
}

export function headerOf(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString());
}

/** Entries that `work` adds to the tenant log, in the order of their time. */
export async function logsOf(
  tenant: TestTenant,
  work: () => Promise<unknown>,
): Promise<readonly LogEntry[]> {
  const list = async () =>
    (await tenant.store.logs.list({ page: 0, perPage: 100 })).items.toReversed();
  const known = new Set((await list()).map(({ logId }) => logId));
  await work();
  return (await list()).filter(({ logId }) => !known.has(logId));
}

export async function logTypesOf(
  tenant: TestTenant,
  work: () => Promise<unknown>,
): Promise<string[]> {
  return (await logsOf(tenant, work)).map(({ type }) => type);
}
