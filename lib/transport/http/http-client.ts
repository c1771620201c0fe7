import { Connections } from './connections.js';
import type { HttpRequest, HttpResult } from './http-result.js';
import type { StopSignal } from '../stop-signal.js';

/** How a client connects. */
export interface HttpClientOptions {
  /** Connections at a time; also the idle ones that are kept. */
  readonly maxSockets: number;
}

/** Requests to one API, over connections that are kept. */
export class HttpClient {
  readonly #connections: Connections;

  constructor({ maxSockets }: HttpClientOptions) {
    this.#connections = new Connections(maxSockets);
  }

  /** Makes one request. Always resolves; the signal bounds the whole of it. */
  request(request: HttpRequest, signal: StopSignal): Promise<HttpResult> {
    return this.#connections.exchange(request, signal);
  }

  /** Closes every connection. */
  close(): void {
    this.#connections.close();
  }
}
