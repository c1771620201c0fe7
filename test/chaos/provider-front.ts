import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** `well`: everything passes; `refusing`: nobody listens; `silent`: connections stand, and nobody answers. */
export type Condition = 'well' | 'refusing' | 'silent';

/** What a provider looks like from outside, at a port that stays the same: it can fail and recover. */
export class ProviderFront {
  #condition: Condition = 'well';
  #port = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer({ noDelay: true }, (client) => this.take(client));

  private constructor(private readonly target: number) {}

  /** @param target the port of 127.0.0.1 that is behind it */
  static async start(target: number): Promise<ProviderFront> {
    const front = new ProviderFront(target);
    await front.listen();
    return front;
  }

  get port(): number {
    return this.#port;
  }

  /** From now on it is like that; what was connected breaks off. */
  async turn(condition: Condition): Promise<void> {
    await this.close();
    this.#condition = condition;
    if (condition !== 'refusing') await this.listen();
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }

  private async listen(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  private take(client: Socket): void {
    this.watch(client);
    if (this.#condition === 'silent') {
      client.resume();
      return;
    }
    const server = this.watch(connect({ port: this.target, host: '127.0.0.1', noDelay: true }));
    client.pipe(server).pipe(client);
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  }

  private watch(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }
}
