import type { AddressInfo, Server } from 'node:net';

/** Listens on loopback at a free port, and returns the port. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Resolves when nothing listens any more; connections that are open are cut. */
export async function closeServer(server: Server, sockets: Iterable<{ destroy(): unknown }>) {
  for (const socket of sockets) socket.destroy();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
