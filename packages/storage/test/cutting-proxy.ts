import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';

/** A way to the database that can be cut or blocked at any message. */
export interface CuttingProxy extends AsyncDisposable {
  /** For `pg`, in place of the real address. */
  readonly connection: pg.ClientConfig;
  /** Cuts every connection when the database is sent the nth message from now (1: the next one). */
  cutAtMessage(n: number): void;
  /** Whether the cut has happened. */
  readonly hasCut: boolean;
  /** Passes nothing on any more, without closing: as a network that swallows packets. */
  block(): void;
  unblock(): void;
  /** Cuts every connection now. */
  cut(): void;
}

/** Opens a proxy before the server's unix socket. */
export async function openCuttingProxy(target: pg.ClientConfig): Promise<CuttingProxy> {
  const directory = await mkdtemp(join(tmpdir(), 'tessera-proxy-'));
  const sockets = new Set<Socket>();
  let messagesLeft = Number.POSITIVE_INFINITY;
  let isBlocked = false;
  const cut = () => {
    messagesLeft = Number.POSITIVE_INFINITY;
    for (const socket of sockets) socket.destroy();
  };
  let hasCut = false;
  const server = createServer((client) => {
    const upstream = connect(`${target.host}/.s.PGSQL.${target.port}`);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (data) => {
      messagesLeft -= 1;
      if (messagesLeft <= 0) {
        hasCut = true;
        cut();
      } else if (!isBlocked) upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (!isBlocked) client.write(data);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(join(directory, '.s.PGSQL.5432'), resolve);
  });
  return {
    connection: { ...target, host: directory, port: 5432 },
    cutAtMessage: (n) => {
      hasCut = false;
      messagesLeft = n;
    },
    get hasCut() {
      return hasCut;
    },
    block: () => {
      isBlocked = true;
    },
    unblock: () => {
      isBlocked = false;
    },
    cut,
    [Symbol.asyncDispose]: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true });
    },
  };
}
