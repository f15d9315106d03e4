import type { NewLogEntry, RequestContext, ResourceServer, UserDevice } from '@tessera/model';
import { RequestWrites } from './adapter/request-writes.ts';
import type { SuspendedLogin } from './post-login/suspended-login.ts';
import type { TokenEffects } from './post-login/token-effects.ts';

/** What the parts of one HTTP request tell each other. Ends with the request. */
export interface RequestState {
  readonly context: RequestContext;
  /** Entries for the tenant log; appended together, before the response leaves. */
  readonly logEntries: NewLogEntry[];
  /** What the request stores of the protocol's artefacts. */
  readonly writes: RequestWrites;
  /** Ids of the trigger executions of this request. */
  readonly executions: string[];
  /** The API that the request is about, once its audience is known. */
  api?: ResourceServer;
  /** An API that the request names allows no offline access; by `resource` (RFC 8707) it can name several. */
  isOnlineOnly?: boolean;
  /** Value of the `permissions` claim, for APIs whose dialect has it. */
  permissions?: readonly string[];
  /** What the Actions of this very request asked of the tokens; goes before what the grant carries. */
  effects?: TokenEffects;
  /** What is known of this request's browser, by user; looked up once. */
  readonly browsers: Map<string, Promise<UserDevice | undefined>>;
  /** The login that this request suspended. */
  suspension?: SuspendedLogin;
  /** Post-login refused or broke; `authorization.error` writes the log entry. */
  isLoginRefused?: boolean;
  /** The login at the token endpoint waits for a second factor. */
  isFactorRequired?: boolean;
  /** A device's code in the address of the page, and whether the typed one was a wrong guess. */
  userCode?: string;
  isUserCodeWrong?: boolean;
  /** The error that the protocol answered with, and the grant type that was asked for. */
  error?: Error;
  grantType?: unknown;
}

/** Anything that names the raw request: Koa's contexts do. */
export interface HasRequest {
  readonly req: object;
}

/** Finds the state of a request from wherever only the request is at hand. */
export class RequestStates {
  readonly #states = new WeakMap<object, RequestState>();

  open(request: object, context: RequestContext): RequestState {
    const state: RequestState = {
      context,
      logEntries: [],
      writes: new RequestWrites(),
      executions: [],
      browsers: new Map(),
    };
    this.#states.set(request, state);
    return state;
  }

  of(ctx: HasRequest): RequestState {
    const state = this.#states.get(ctx.req);
    if (state === undefined) throw new Error('the request did not come through oidc.handle()');
    return state;
  }
}
