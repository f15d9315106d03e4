import type { EgressUser } from '../protocol.ts';
import { type ActionScope, findScope } from './action-scope.ts';
import type { EgressStream } from './egress-channel.ts';

/**
 * Tells the broker which action uses a connection, at the moment it writes: connections that agents and
 * pools keep alive pass from one action to another, and each has rules, limits and a record of its own.
 */
interface Held {
  readonly stream: EgressStream;
  last: string;
}

const held = new WeakMap<object, Held>();
const carriers = new WeakMap<object, object>();

/** The socket is this stream; whoever runs now has it. */
export function holdStream(socket: object, stream: EgressStream): void {
  held.set(socket, { stream, last: nameUser(findScope()) });
}

/** TLS runs over the socket: who writes is known above it, what comes out below has no context. */
export function carryStream(secure: object, socket: object): void {
  const known = held.get(socket);
  if (known === undefined) return;
  held.set(secure, known);
  carriers.set(socket, secure);
}

/** Before bytes of an action are written, so that the broker knows in time. */
export function noteUse(socket: object, scope: ActionScope | undefined = findScope()): void {
  if (scope === undefined || carriers.has(socket)) return;
  const user = held.get(socket);
  const name = nameUser(scope);
  if (user === undefined || name === '' || user.last === name) return;
  user.last = name;
  user.stream.use(describeUser(scope));
}

/** What goes with a new connection. */
export function describeUser(scope: ActionScope | undefined): EgressUser {
  if (scope === undefined) return {};
  if (!scope.isClosed) return { run: scope.run, action: scope.place };
  return scope.version === undefined ? {} : { version: scope.version };
}

function nameUser(scope: ActionScope | undefined): string {
  if (scope === undefined) return '';
  return scope.isClosed ? (scope.version ?? '') : `${scope.run}:${scope.place}`;
}
