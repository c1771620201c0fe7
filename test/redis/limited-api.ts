import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request: of whom, when (in milliseconds), and whether it was refused. */
export interface Arrival {
  readonly sender: string;
  readonly at: number;
  readonly isRefused: boolean;
}

/**
 * An API that allows so many requests a second, up to a second's worth at once, and answers 429 with a
 * `Retry-After` of one second to all that is more; besides to one that it is told to refuse.
 */
export class LimitedApi {
  readonly arrivals: Arrival[] = [];
  /** The number of the request that is refused whatever the limit, counted from 1. */
  refuse = 0;
  #tokens: number;
  #filledAt = performance.now();
  readonly #server = createServer((request, response) => {
    this.answer(request.url!.slice(1), response);
    request.resume();
  });

  constructor(private readonly perSecond: number) {
    this.#tokens = perSecond;
  }

  /** The URL. */
  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  get refusals(): Arrival[] {
    return this.arrivals.filter(({ isRefused }) => isRefused);
  }

  /** Requests a second, from the first to the last. */
  get rate(): number {
    const [first, last] = [this.arrivals[0]!, this.arrivals.at(-1)!];
    return ((this.arrivals.length - 1) * 1000) / (last.at - first.at);
  }

  private answer(sender: string, response: ServerResponse): void {
    const at = performance.now();
    const isRefused = !this.take(at) || this.arrivals.length + 1 === this.refuse;
    this.arrivals.push({ sender, at, isRefused });
    if (isRefused) response.writeHead(429, { 'Retry-After': '1' });
    response.end();
  }

  private take(now: number): boolean {
    const earned = ((now - this.#filledAt) * this.perSecond) / 1000;
    this.#tokens = Math.min(this.perSecond, this.#tokens + earned);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
