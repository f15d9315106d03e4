/** The time. Injected, so that tests decide it. */
export interface Clock {
  now(): Date;
}

/** A structured log of the process, for operators. Never gets secrets, tokens, passwords or codes. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What a long operation watches to stop early. Every `AbortSignal` is one. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
}
