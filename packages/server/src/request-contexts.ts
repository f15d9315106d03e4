import type { IncomingMessage } from 'node:http';
import type { ContextOf, RequestContext } from '@tessera/model';
import type { ClientAddress } from './client-address.ts';
import type { TenantDirectory } from './tenant-directory.ts';

/** Works out whose request it is, once, before any package sees it. */
export class RequestContexts {
  readonly #contexts = new WeakMap<object, RequestContext>();
  readonly #directory: TenantDirectory;
  readonly #addresses: ClientAddress;

  constructor(directory: TenantDirectory, addresses: ClientAddress) {
    this.#directory = directory;
    this.#addresses = addresses;
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
    const { cookie } = request.headers;
    this.#contexts.set(request, {
      tenant,
      baseUrl,
      ip: this.#addresses.ipOf(request),
      ...(cookie === undefined ? {} : { cookieHeader: cookie }),
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
