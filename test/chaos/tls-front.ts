import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import { TEST_CERTIFICATE } from '../fixtures/smtp-script-peer.js';

/** A server that speaks TLS in front of one that does not. */
export interface TlsFront {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Starts a TLS server of `localhost` that hands on what it reads, without its TLS.
 *
 * @param target the port of 127.0.0.1 that is behind it
 */
export async function startTlsFront(target: number): Promise<TlsFront> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer({ ...TEST_CERTIFICATE, noDelay: true }, (client) => {
    keep(client);
    const behind = connect({ port: target, host: '127.0.0.1', noDelay: true });
    client.pipe(behind).pipe(client);
    client.on('error', () => behind.destroy());
    client.on('close', () => behind.destroy());
    behind.on('error', () => client.destroy());
    behind.on('close', () => client.end());
  });
  // Also those whose handshake is never done.
  server.on('connection', keep);
  server.on('tlsClientError', (_, socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      sockets.forEach((socket) => socket.destroy());
      await closed;
    },
  };
}
