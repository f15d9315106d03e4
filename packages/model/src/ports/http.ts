import type { Tenant } from '../entities/tenant.ts';
import type { JsonObject } from '../json.ts';

/** What every HTTP package needs to know of a request; worked out once, by the server. */
export interface RequestContext {
  readonly tenant: Tenant;
  /** Public base URL of the tenant with a trailing slash: the issuer, e.g. `https://acme.id.example.com/`. */
  readonly baseUrl: string;
  /** Address of the client, forwarded headers considered only from trusted proxies. */
  readonly ip: string;
  /** Where `ip` is, in the members of `event.request.geoip`; absent when unknown. Looked up when read. */
  readonly geoip?: JsonObject | undefined;
  /**
   * The request's `Cookie` header. Binds a login page to the browser that began the authorization;
   * without it `LoginTransactions` knows no transaction.
   */
  readonly cookieHeader?: string;
  /** The request's `Accept-Language` header. */
  readonly acceptLanguage?: string;
  /** Parameter `ui_locales` of the request's URL, where it has one. */
  readonly uiLocales?: string;
}
/** Finds the context of a raw Node request that the server has accepted. */
export type ContextOf = (request: object) => RequestContext;

/** Facts of an HTTP request as Actions see them in `event.request`. */
export interface RequestFacts {
  readonly ip: string;
  readonly method: string;
  readonly hostname: string;
  /** First language of `Accept-Language`, e.g. `en`. */
  readonly language?: string;
  readonly userAgent?: string;
  /** Where `ip` is, as `event.request.geoip` has it (`continentCode`, ...). Absent when unknown. */
  readonly geoip?: JsonObject;
  readonly query: JsonObject;
  /** Never with passwords, client secrets, codes or tokens. */
  readonly body: JsonObject;
}
