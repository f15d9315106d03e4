/**
 * What host and guest say to each other. Shared by both sides, so it imports types only.
 *
 * Control channel (descriptor 3): frames of a little-endian u32 length and that many bytes of JSON.
 * Egress channel (descriptor 4): frames of a u32 length, a u8 kind, a u32 stream, and bytes.
 * Journal (descriptor 5): a plain file that the guest writes as a run advances and the host reads only
 * after the guest died, to say how far it had come: the same framing as the control channel, ended by
 * a zero length.
 */
import type {
  ConsoleLine,
  EgressRules,
  GuestError,
  JsonObject,
  JsonValue,
  OutboundRequest,
  RecordedCommand,
} from '@tessera/model';

export const CONTROL_FD = 3;
export const EGRESS_FD = 4;
export const JOURNAL_FD = 5;

/** What a console line counts besides its text, so that empty lines come to an end too. */
export const CONSOLE_LINE_BYTES = 32;
/** Bytes of a frame's length on every channel. */
export const LENGTH_BYTES = 4;
/** Largest frame of the host: an artifact of 40 MB, escaped. */
export const MAX_HOST_FRAME_BYTES = 128 * 1024 * 1024;
/** The guest stops writing the journal here; later facts are lost when it dies. */
export const MAX_JOURNAL_BYTES = 1024 * 1024;

/** A module in an action's bundle. Its secrets are for its code alone. */
export interface WireModule {
  readonly versionId: string;
  readonly secrets: Readonly<Record<string, string>>;
}

/** One action of a run, as the guest gets it. */
export interface WireAction {
  readonly actionId: string;
  readonly actionName: string;
  readonly versionId: string;
  readonly versionNumber: number;
  readonly artifactHash: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** Modules in the bundle, in the order in which it was built with them. */
  readonly modules?: readonly WireModule[];
  /** Rules of its own; the host applies them. */
  readonly egress?: EgressRules;
}

/** Limits that the guest keeps by itself, so that honest code gets a clear answer. The host keeps its own. */
export interface GuestLimits {
  readonly maxConsoleBytes: number;
  readonly maxResultBytes: number;
}

export interface RunMessage {
  readonly t: 'run';
  readonly id: number;
  readonly triggerId: string;
  readonly firstHandler: 'execute' | 'continue';
  readonly canRedirect: boolean;
  /** How long requests that a handler did not await may go on after it settled. */
  readonly backgroundMs: number;
  readonly actions: readonly WireAction[];
  readonly event: JsonObject;
}

/** What a guest loads before it is ready; `web`: `fetch` and `http2` as well. */
export type Preload = 'common' | 'web';

/** First message of all. */
export interface StartMessage {
  readonly t: 'start';
  readonly limits: GuestLimits;
  /** PEM certificates that the guest trusts besides Node's own. */
  readonly ca: readonly string[];
  readonly preload: Preload;
}

export type HostMessage =
  | StartMessage
  /** The guest was given to a tenant with limits of its own. */
  | { readonly t: 'limits'; readonly limits: GuestLimits }
  /** `cache`: V8's code cache of this bundle (base64), made earlier by a process of the same tenant. */
  | { readonly t: 'load'; readonly hash: string; readonly code: string; readonly cache?: string }
  | RunMessage
  | { readonly t: 'reply'; readonly run: number; readonly call: number; readonly value?: JsonValue }
  | { readonly t: 'refuse'; readonly run: number; readonly call: number; readonly message: string }
  /** Asks for the code cache of a bundle that has run. */
  | { readonly t: 'cache'; readonly hash: string }
  /** No run came for a while: the guest gives memory back that it does not need. */
  | { readonly t: 'rest' }
  | { readonly t: 'ping'; readonly id: number };

/** A request as the guest saw it. `stream`: the broker's connection that carried it. */
export interface WireOutboundRequest extends OutboundRequest {
  readonly stream?: number;
}

/** How one action ended. The host knows which action: results come in the order of the request. */
export interface WireResult {
  readonly kind: 'completed' | 'skipped' | 'failed';
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly commands: readonly RecordedCommand[];
  readonly logs: readonly ConsoleLine[];
  readonly requests: readonly WireOutboundRequest[];
  readonly error?: GuestError;
}

export type GuestMessage =
  | { readonly t: 'ready' }
  | {
      readonly t: 'result';
      readonly id: number;
      readonly results: readonly WireResult[];
      /** Code of the author broke out of every handler; the process serves no later run. */
      readonly tainted?: boolean;
    }
  /** The results did not fit into a frame. */
  | { readonly t: 'oversized'; readonly id: number; readonly bytes: number }
  | {
      readonly t: 'call';
      readonly run: number;
      readonly call: number;
      readonly method: string;
      readonly args: readonly JsonValue[];
    }
  | { readonly t: 'cached'; readonly hash: string; readonly data: string }
  /** As `tainted` above, when no run was under way. */
  | { readonly t: 'tainted' }
  | { readonly t: 'pong'; readonly id: number };

/** One entry of the journal; `r` is the run's id, `a` the action's place in it. */
export type JournalEntry =
  | { readonly r: number; readonly a: number; readonly s: number }
  | { readonly r: number; readonly a: number; readonly l: ConsoleLine }
  | { readonly r: number; readonly a: number; readonly e: WireResult };

/** Kinds of frames on the egress channel. Guest to host: open, resolve, use. Host to guest: opened, failed, resolved. */
export const EGRESS = {
  /** JSON `EgressOpen`. */
  open: 1,
  /** JSON `EgressOpened`. */
  opened: 2,
  data: 3,
  /** No more data from the sender; the other direction stays open. */
  end: 4,
  /** The stream is gone for both. */
  close: 5,
  /** u32: bytes that the receiver has consumed, which the sender may send again. */
  window: 6,
  /** JSON `EgressFailure`; the stream is gone for both. */
  failed: 7,
  /** JSON `EgressResolve`; `stream` is the number of the question. */
  resolve: 8,
  /** JSON: addresses. */
  resolved: 9,
  /** JSON `EgressUser`: whose bytes come next on a stream that is kept alive. */
  use: 10,
} as const;

/** Bytes after the length and before the payload of an egress frame. */
export const EGRESS_HEADER_BYTES = 5;
/** Bytes that may be under way in one direction of a stream without the receiver's consent. */
export const EGRESS_WINDOW_BYTES = 256 * 1024;
/** Largest payload of an egress frame. */
export const EGRESS_CHUNK_BYTES = 64 * 1024;

/** Who uses a connection, as the guest says. Both absent: nobody's handler. */
export interface EgressUser {
  /** Run and place of the action; absent outside a handler. */
  readonly run?: number;
  readonly action?: number;
  /** After the handler, of an action with rules of its own: `nameVersion`. */
  readonly version?: string;
}

export interface EgressOpen extends EgressUser {
  readonly host: string;
  readonly port: number;
}

/** How host and guest call a version of an action; ids hold no spaces. */
export function nameVersion(action: {
  readonly actionId: string;
  readonly versionId: string;
}): string {
  return `${action.actionId} ${action.versionId}`;
}

export interface EgressOpened {
  readonly address: string;
  readonly family: 4 | 6;
}

export interface EgressFailure {
  readonly code: string;
  readonly message: string;
}

export interface EgressResolve {
  readonly host: string;
}
