import type { IncomingMessage } from 'node:http';
import type { ContextOf, RequestContext } from '@tessera/model';
import type { ClientAddress } from './client-address.ts';
import type { GeoLocator } from './geo-locator.ts';
import type { TenantDirectory } from './tenant-directory.ts';

/** Works out whose request it is, once, before any package sees it. */
export class RequestContexts {
  readonly #contexts = new WeakMap<object, RequestContext>();
  readonly #directory: TenantDirectory;
  readonly #addresses: ClientAddress;
  readonly #geo: GeoLocator;

  constructor(directory: TenantDirectory, addresses: ClientAddress, geo: GeoLocator) {
    this.#directory = directory;
    this.#addresses = addresses;
    this.#geo = geo;
  }

  /**
   * Accepts a request: afterwards `of` knows it. False when its host is no tenant's.
   *
   * The `Host` header becomes the tenant's own, whatever the request said, so that nothing behind
   * this point can be made to build a URL with a forged host (RFC 9110, section 7.2).
   */
  async accept(request: IncomingMessage): Promise<boolean> {
    const tenant = await this.#directory.find(this.#addresses.hostOf(request));
    if (tenant === undefined) return false;
    const baseUrl = this.#directory.baseUrlOf(tenant);
    request.headers.host = new URL(baseUrl).host;
    const { cookie, 'accept-language': acceptLanguage } = request.headers;
    const uiLocales = readUiLocales(request.url);
    const ip = this.#addresses.ipOf(request);
    const geo = this.#geo;
    this.#contexts.set(request, {
      tenant,
      baseUrl,
      ip,
      // Most requests never ask.
      get geoip() {
        return geo.find(ip);
      },
      ...(cookie === undefined ? {} : { cookieHeader: cookie }),
      ...(acceptLanguage === undefined ? {} : { acceptLanguage }),
      ...(uiLocales === undefined ? {} : { uiLocales }),
    });
    return true;
  }

  /** The context of an accepted request. */
  readonly of: ContextOf = (request) => {
    const context = this.#contexts.get(request);
    if (context === undefined) throw new Error('this request was not accepted by the server');
    return context;
  };
}

/** Most requests have none; those are not parsed. */
function readUiLocales(url: string | undefined): string | undefined {
  if (url === undefined || !url.includes('ui_locales=')) return undefined;
  return URL.parse(url, 'http://localhost')?.searchParams.get('ui_locales') ?? undefined;
}
