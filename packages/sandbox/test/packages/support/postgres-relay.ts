import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Certificate } from './certificate.ts';
import { closeServer, listen } from './listen.ts';

/** Length 8 and the number that asks for TLS, the first thing a client may send. */
const SSL_REQUEST = Buffer.from('0000000804d2162f', 'hex');

export interface PostgresRelay extends AsyncDisposable {
  readonly port: number;
  readonly connections: number;
}

/**
 * The test database, which listens on a local socket only, under a TCP port of loopback. With a
 * certificate the relay speaks TLS for it to clients that ask, as the server itself would.
 */
export async function startPostgresRelay(
  socketPath: string,
  certificate?: Certificate,
): Promise<PostgresRelay> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const join = (client: Socket, first?: Buffer) => {
    const server = keep(connectTcp(socketPath));
    if (first !== undefined) server.write(first);
    client.pipe(server).pipe(client);
  };
  const server = createServer((client) => {
    connections += 1;
    keep(client).once('data', (first) => {
      client.pause();
      if (!first.equals(SSL_REQUEST)) return join(client, first);
      client.write(certificate === undefined ? 'N' : 'S');
      if (certificate === undefined) return join(client);
      const { key, cert } = certificate;
      join(keep(new TLSSocket(client, { isServer: true, key, cert })));
    });
  });
  const port = await listen(server);
  return {
    port,
    get connections() {
      return connections;
    },
    [Symbol.asyncDispose]: () => closeServer(server, sockets),
  };
}
