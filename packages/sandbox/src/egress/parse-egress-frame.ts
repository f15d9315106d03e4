import { ProtocolViolation } from '../channel/parse-guest-message.ts';
import type { EgressOpen, EgressResolve } from '../protocol.ts';

const MAX_HOST = 256;

/** Reads the JSON of an `open` frame. */
export function parseEgressOpen(payload: Buffer): EgressOpen {
  const { host, port, run, action } = parseObject(payload);
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ProtocolViolation('an egress port that is none');
  }
  const open = { host: readHost(host), port };
  if (run === undefined || action === undefined) return open;
  if (!Number.isSafeInteger(run) || !Number.isSafeInteger(action)) {
    throw new ProtocolViolation('an egress attribution that is none');
  }
  return { ...open, run: run as number, action: action as number };
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
