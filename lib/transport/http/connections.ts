import type { Connection } from './connection.js';
import { ConnectionPool, type PoolLimits } from './connection-pool.js';
import { exchange } from './exchange.js';
import { fault, isFault, type HttpRequest, type HttpResult } from './http-result.js';
import { targetOf, type Target } from './peer.js';
import type { StopSignal } from '../stop-signal.js';

const CONNECT_MS = 5_000;

/** Where the requests of one URL go. */
interface Way {
  readonly target: Target;
  readonly pool: ConnectionPool;
}

/** Kept connections to one API, over plain HTTP and TLS 1.2 or later. */
export class Connections {
  readonly #limits: PoolLimits;
  readonly #pools = new Map<string, ConnectionPool>();
  /** An API has a handful of URLs; reading one costs more than its request line. */
  readonly #ways = new Map<string, Way>();

  /**
   * @param maxSockets connections at a time; also the idle ones that are kept
   * @param connectMs how long a connection may take to stand, TLS included, in milliseconds
   */
  constructor(maxSockets: number, connectMs = CONNECT_MS) {
    this.#limits = { maxSockets, connectMs };
  }

  /** Makes one request. Always resolves; the signal bounds the whole of it. */
  exchange(request: HttpRequest, signal: StopSignal): Promise<HttpResult> {
    if (signal.aborted) return Promise.resolve(fault('ABORTED', false, true));
    const way = this.#ways.get(request.url) ?? this.prepare(request.url);
    const kept = way.pool.takeIdle();
    return kept === undefined
      ? this.exchangeLater(request, way, signal)
      : this.exchangeOver(kept, request, way, signal);
  }

  /** Closes every connection. */
  close(): void {
    for (const pool of this.#pools.values()) pool.close();
  }

  private async exchangeLater(
    request: HttpRequest,
    way: Way,
    signal: StopSignal,
  ): Promise<HttpResult> {
    const connection = await way.pool.acquire(signal);
    return isFault(connection) ? connection : this.exchangeOver(connection, request, way, signal);
  }

  private exchangeOver(
    connection: Connection,
    request: HttpRequest,
    way: Way,
    signal: StopSignal,
  ): Promise<HttpResult> {
    if (connection.isUnheard) return this.exchangeHeard(connection, request, way, signal);
    const { target, pool } = way;
    const again = () => this.exchange(request, signal);
    return exchange(request, { target, pool, connection, again }, signal);
  }

  /** Takes the connection only if its end has not come by now; else the request goes over another. */
  private async exchangeHeard(
    connection: Connection,
    request: HttpRequest,
    way: Way,
    signal: StopSignal,
  ): Promise<HttpResult> {
    await connection.listen();
    if (connection.isUsable && !signal.aborted) {
      return this.exchangeOver(connection, request, way, signal);
    }
    way.pool.release(connection);
    return this.exchange(request, signal);
  }

  private prepare(url: string): Way {
    const target = targetOf(url);
    const pool =
      this.#pools.get(target.peer.origin) ?? new ConnectionPool(target.peer, this.#limits);
    this.#pools.set(target.peer.origin, pool);
    const way = { target, pool };
    this.#ways.set(url, way);
    return way;
  }
}
