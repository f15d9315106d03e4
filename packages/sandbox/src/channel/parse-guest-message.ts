import type {
  ConsoleLine,
  GuestError,
  JsonObject,
  JsonValue,
  RecordedCommand,
} from '@tessera/model';
import type { GuestMessage, JournalEntry, WireOutboundRequest, WireResult } from '../protocol.ts';

/**
 * Reads what a guest says. Nothing of it is believed before it passed here: every member is checked
 * and copied, unknown ones are dropped. Written by hand because it stands in the way of every login:
 * it costs a microsecond where a schema library costs fifteen.
 */

/** A guest said something that no honest guest runtime says. */
export class ProtocolViolation extends Error {
  constructor(what: string, options: ErrorOptions = {}) {
    super(`The guest broke the protocol: ${what}`, options);
    this.name = 'ProtocolViolation';
  }
}

const MAX_DEPTH = 64;
const MAX_TEXT = 1_048_576;
const MAX_METHOD = 128;
const MAX_COMMANDS = 1_000;
const MAX_ARGS = 16;
const MAX_LOGS = 10_000;
const MAX_REQUESTS = 1_000;
const MAX_ACTIONS = 100;
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const HASH = /^[0-9a-f]{8,128}$/;

type Unknown = { readonly [key: string]: unknown };

export function parseGuestMessage(value: unknown): GuestMessage {
  const message = readObject(value, 'a message');
  switch (message.t) {
    case 'result':
      return {
        t: 'result',
        id: readCount(message.id, 'id'),
        results: readList(message.results, MAX_ACTIONS, 'results').map(readResult),
        ...(message.tainted === true ? { tainted: true } : {}),
      };
    case 'call':
      return {
        t: 'call',
        run: readCount(message.run, 'run'),
        call: readCount(message.call, 'call'),
        method: readText(message.method, MAX_METHOD, 'method'),
        args: readArguments(message.args),
      };
    case 'oversized':
      return {
        t: 'oversized',
        id: readCount(message.id, 'id'),
        bytes: readCount(message.bytes, 'bytes'),
      };
    case 'cached':
      return {
        t: 'cached',
        hash: readHash(message.hash),
        data: readText(message.data, Infinity, 'data'),
      };
    case 'pong':
      return { t: 'pong', id: readCount(message.id, 'id') };
    case 'ready':
    case 'tainted':
      return { t: message.t };
    default:
      throw new ProtocolViolation('unknown message');
  }
}

export function parseJournalEntry(value: unknown): JournalEntry {
  const entry = readObject(value, 'a journal entry');
  const place = { r: readCount(entry.r, 'r'), a: readCount(entry.a, 'a') };
  if (entry.l !== undefined) return { ...place, l: readLine(entry.l) };
  if (entry.e !== undefined) return { ...place, e: readResult(entry.e) };
  return { ...place, s: readTime(entry.s, 's') };
}

function readResult(value: unknown): WireResult {
  const result = readObject(value, 'a result');
  const { kind } = result;
  if (kind !== 'completed' && kind !== 'skipped' && kind !== 'failed') {
    throw new ProtocolViolation('unknown kind of result');
  }
  return {
    kind,
    startedAt: readTime(result.startedAt, 'startedAt'),
    endedAt: readTime(result.endedAt, 'endedAt'),
    commands: readList(result.commands, MAX_COMMANDS, 'commands').map(readCommand),
    logs: readList(result.logs, MAX_LOGS, 'logs').map(readLine),
    requests: readList(result.requests, MAX_REQUESTS, 'requests').map(readRequest),
    ...(kind === 'failed' ? { error: readError(result.error) } : {}),
  };
}

function readCommand(value: unknown): RecordedCommand {
  const command = readObject(value, 'a command');
  return {
    method: readText(command.method, MAX_METHOD, 'method'),
    args: readArguments(command.args),
  };
}

function readLine(value: unknown): ConsoleLine {
  const line = readObject(value, 'a console line');
  const { level } = line;
  if (
    level !== 'log' &&
    level !== 'info' &&
    level !== 'warn' &&
    level !== 'error' &&
    level !== 'debug'
  ) {
    throw new ProtocolViolation('unknown console level');
  }
  return {
    level,
    time: readIsoTime(line.time),
    message: readText(line.message, MAX_TEXT, 'message'),
  };
}

function readRequest(value: unknown): WireOutboundRequest {
  const request = readObject(value, 'a request');
  return {
    host: readText(request.host, 256, 'host'),
    port: readCount(request.port, 'port'),
    durationMs: readAmount(request.durationMs, 'durationMs'),
    bytesSent: readAmount(request.bytesSent, 'bytesSent'),
    bytesReceived: readAmount(request.bytesReceived, 'bytesReceived'),
    ...(request.method === undefined ? {} : { method: readText(request.method, 32, 'method') }),
    ...(request.status === undefined ? {} : { status: readCount(request.status, 'status') }),
    ...(request.error === undefined ? {} : { error: readText(request.error, 4_096, 'error') }),
    ...(request.stream === undefined ? {} : { stream: readCount(request.stream, 'stream') }),
  };
}

function readError(value: unknown): GuestError {
  const error = readObject(value, 'an error');
  return {
    name: readText(error.name, 256, 'name'),
    message: readText(error.message, 16_384, 'message'),
    ...(error.stack === undefined ? {} : { stack: readText(error.stack, 65_536, 'stack') }),
  };
}

function readArguments(value: unknown): readonly JsonValue[] {
  const list = readList(value, MAX_ARGS, 'args');
  for (const item of list) checkValue(item, 0);
  return list as readonly JsonValue[];
}

/** `JSON.parse` made these values; what is left to refuse is depth and keys that would reach a prototype. */
function checkValue(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth >= MAX_DEPTH) throw new ProtocolViolation(`a value nested deeper than ${MAX_DEPTH}`);
  if (Array.isArray(value)) {
    for (const item of value) checkValue(item, depth + 1);
    return;
  }
  for (const key of Object.keys(value)) {
    if (key === '__proto__') throw new ProtocolViolation('a member named __proto__');
    checkValue((value as JsonObject)[key], depth + 1);
  }
}

function readObject(value: unknown, what: string): Unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProtocolViolation(`${what} is no object`);
  }
  return value as Unknown;
}

function readList(value: unknown, max: number, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new ProtocolViolation(`${what} is no list`);
  if (value.length > max)
    throw new ProtocolViolation(`${what} has ${value.length} entries (limit ${max})`);
  return value;
}

function readText(value: unknown, max: number, what: string): string {
  if (typeof value !== 'string') throw new ProtocolViolation(`${what} is no text`);
  if (value.length > max) throw new ProtocolViolation(`${what} is longer than ${max}`);
  return toStorable(value);
}

/** Texts end in databases and pages, which know no NUL and no half of a character. */
function toStorable(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.includes('\0') ? whole.replaceAll('\0', '\uFFFD') : whole;
}

function readIsoTime(value: unknown): string {
  const time = readText(value, 24, 'time');
  if (!ISO_TIME.test(time)) throw new ProtocolViolation('a time that is none');
  return time;
}

function readHash(value: unknown): string {
  const hash = readText(value, 128, 'hash');
  if (!HASH.test(hash)) throw new ProtocolViolation('malformed hash');
  return hash;
}

function readCount(value: unknown, what: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw new ProtocolViolation(`${what} is no count`);
  return value as number;
}

function readAmount(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw new ProtocolViolation(`${what} is no amount`);
  }
  return value;
}

/** Epoch milliseconds that a `Date` can hold. */
function readTime(value: unknown, what: string): number {
  const time = readAmount(value, what);
  if (time > 8.64e15) throw new ProtocolViolation(`${what} is no time`);
  return time;
}
