import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { TEST_CERTIFICATE } from '../fixtures/smtp-script-peer.js';
import type { Row } from './dimensions.js';

export interface FrontOptions {
  /** The port of the server behind it. */
  readonly target: number;
  /** Speaks TLS with the client and plain text with the server. */
  readonly tls: boolean;
  /** How the server's words come to the client. */
  readonly answer: Row['answer'];
}

const LATE_MS = 5;
const PIECES = 3;

/** Stands before a server of one protocol or another, and decides when its words reach the client. */
export class Front {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(private readonly options: FrontOptions) {
    const serve = (client: Socket) => this.serve(client);
    this.#server = options.tls
      ? createTlsServer({ ...TEST_CERTIFICATE, ALPNProtocols: ['http/1.1'] }, serve)
      : createServer({ noDelay: true }, serve);
    // A client that goes away during the handshake is no matter.
    this.#server.on('tlsClientError', () => undefined);
  }

  static async start(options: FrontOptions): Promise<Front> {
    const front = new Front(options);
    front.#server.listen(0, '127.0.0.1');
    await once(front.#server, 'listening');
    return front;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#sockets.forEach((socket) => socket.destroy());
    await closed;
  }

  private serve(client: Socket): void {
    const server = connect({ port: this.options.target, host: '127.0.0.1', noDelay: true });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => this.#sockets.delete(socket));
    }
    client.on('data', (chunk: Buffer) => server.write(chunk));
    client.on('close', () => server.destroy());
    let told = Promise.resolve();
    server.on('data', (chunk: Buffer) => {
      told = this.tell(client, chunk, told);
    });
    // What has been said before is still told.
    server.on('close', () => void told.finally(() => client.destroy()));
  }

  /** Passes on what the server says, after what it said `before`. */
  private async tell(client: Socket, chunk: Buffer, before: Promise<void>): Promise<void> {
    const { answer } = this.options;
    await before;
    if (answer === 'after 5 ms') await delay(LATE_MS);
    if (answer !== 'in pieces') {
      client.write(chunk);
      return;
    }
    const size = Math.ceil(chunk.length / PIECES);
    for (let from = 0; from < chunk.length; from += size) {
      client.write(chunk.subarray(from, from + size));
      await delay(1);
    }
  }
}
