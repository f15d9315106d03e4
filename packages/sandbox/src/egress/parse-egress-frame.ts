import { ProtocolViolation } from '../channel/parse-guest-message.ts';
import type { EgressOpen, EgressResolve, EgressUser } from '../protocol.ts';

const MAX_HOST = 256;
/** Far above the ids of an action and its version. */
const MAX_VERSION = 512;

/** Reads the JSON of an `open` frame. */
export function parseEgressOpen(payload: Buffer): EgressOpen {
  const object = parseObject(payload);
  const { host, port } = object;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ProtocolViolation('an egress port that is none');
  }
  return { host: readHost(host), port, ...readUser(object) };
}

/** Reads the JSON of a `use` frame. */
export function parseEgressUse(payload: Buffer): EgressUser {
  return readUser(parseObject(payload));
}

function readUser({ run, action, version }: Record<string, unknown>): EgressUser {
  if (version !== undefined && (typeof version !== 'string' || version.length > MAX_VERSION)) {
    throw new ProtocolViolation('an egress version that is none');
  }
  const late = version === undefined ? {} : { version };
  if (run === undefined || action === undefined) return late;
  if (!Number.isSafeInteger(run) || !Number.isSafeInteger(action)) {
    throw new ProtocolViolation('an egress attribution that is none');
  }
  return { ...late, run: run as number, action: action as number };
}

/** Reads the JSON of a `resolve` frame. */
export function parseEgressResolve(payload: Buffer): EgressResolve {
  return { host: readHost(parseObject(payload).host) };
}

/** Reads the u32 of a `window` frame. */
export function parseWindow(payload: Buffer): number {
  if (payload.length !== 4) throw new ProtocolViolation('a malformed egress window');
  return payload.readUInt32LE(0);
}

function readHost(host: unknown): string {
  if (typeof host !== 'string' || host.length === 0 || host.length > MAX_HOST) {
    throw new ProtocolViolation('an egress host that is none');
  }
  return host;
}

function parseObject(payload: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(payload.toString('utf8'));
  } catch (cause) {
    throw new ProtocolViolation('an egress frame that is no JSON', { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProtocolViolation('an egress frame that is no object');
  }
  return value as Record<string, unknown>;
}
