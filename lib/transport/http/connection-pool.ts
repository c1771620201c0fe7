import type { Socket } from 'node:net';
import { Connection } from './connection.js';
import { fault, isFault, type HttpFault } from './http-result.js';
import { loadClient } from './load-client.js';
import { openConnection } from './open-connection.js';
import type { Peer } from './peer.js';
import { Stopwatch } from './stopwatch.js';
import type { StopSignal } from '../stop-signal.js';

/** How a pool connects. */
export interface PoolLimits {
  /** Connections at a time; also the idle ones that are kept. */
  readonly maxSockets: number;
  /** Milliseconds until a new connection has to stand, TLS included. */
  readonly connectMs: number;
}

/** Somebody who waits: gets a connection, or may open one. */
type Waiter = (result: Connection | HttpFault | 'open') => void;

/** Kept connections to one peer. What stands idle does not keep the process alive. */
export class ConnectionPool {
  readonly #idle: Connection[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #waiting = new Set<Waiter>();
  /** Connections that stand or are about to; at most `maxSockets`. */
  #places = 0;
  #session: Buffer | undefined;
  #isClosed = false;

  constructor(
    private readonly peer: Peer,
    private readonly limits: PoolLimits,
  ) {}

  /** A connection that is free at this moment; the last one used, so that surplus ones grow old. */
  takeIdle(): Connection | undefined {
    for (let kept = this.#idle.pop(); kept !== undefined; kept = this.#idle.pop()) {
      if (kept.isUsable) return kept;
      kept.socket.destroy();
    }
    return undefined;
  }

  /** Opens a connection, or waits for one where there are as many as may be. Never rejects. */
  async acquire(signal: StopSignal): Promise<Connection | HttpFault> {
    if (this.#isClosed) return closed();
    if (this.#places < this.limits.maxSockets) {
      this.#places += 1;
      return this.open(signal);
    }
    const turn = await this.turn(signal);
    return turn === 'open' ? this.open(signal) : turn;
  }

  /** Takes a connection back after its request; one that is broken, old or was to be closed is not kept. */
  release(connection: Connection): void {
    const { socket } = connection;
    if (socket.destroyed) return;
    if (!connection.isUsable) return void socket.destroy();
    const [next] = this.#waiting;
    if (next === undefined) this.#idle.push(connection);
    else next(connection);
  }

  /** Closes every connection, lets nobody wait, and opens no other one. */
  close(): void {
    this.#isClosed = true;
    for (const waiter of this.#waiting) waiter(closed());
    for (const socket of this.#sockets) socket.destroy();
  }

  private turn(signal: StopSignal): Promise<Connection | HttpFault | 'open'> {
    return new Promise((resolve) => {
      const waiter: Waiter = (result) => {
        this.#waiting.delete(waiter);
        signal.removeEventListener('abort', abort);
        resolve(result);
      };
      const abort = () => waiter(fault('ABORTED', false, true));
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.add(waiter);
    });
  }

  private async open(signal: StopSignal): Promise<Connection | HttpFault> {
    const Client = await loadClient();
    const { connectMs } = this.limits;
    const opening = new Stopwatch();
    const { socket, stands } = openConnection(this.peer, this.#session, { connectMs, signal });
    this.#sockets.add(socket);
    socket.once('close', () => this.forget(socket));
    const result = await stands;
    if (isFault(result)) {
      this.#session = undefined;
      return result;
    }
    socket.on('session', (session: Buffer) => (this.#session = session));
    return new Connection(socket, { origin: this.peer.origin, Client }, opening);
  }

  /** The place of a connection that is gone goes to whoever waits. */
  private forget(gone: Socket): void {
    this.#sockets.delete(gone);
    const at = this.#idle.findIndex(({ socket }) => socket === gone);
    if (at >= 0) this.#idle.splice(at, 1);
    const [next] = this.#waiting;
    if (next === undefined) this.#places -= 1;
    else next('open');
  }
}

function closed(): HttpFault {
  return fault('ERR_CLOSED', false, false);
}
