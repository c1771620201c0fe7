import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { exchange } from './exchange.js';
import type { HttpRequest, HttpResult } from './http-result.js';

// Shorter than the servers' own limits: a request must not meet a connection that is being closed.
const IDLE_MS = 4_000;

/** Kept connections to one API, over plain HTTP and TLS 1.2 or later. */
export class Connections {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;

  /** @param maxSockets connections at a time; also the idle ones that are kept */
  constructor(maxSockets: number) {
    const options = { keepAlive: true, maxSockets, maxFreeSockets: maxSockets, timeout: IDLE_MS };
    this.#http = new HttpAgent(options);
    this.#https = new HttpsAgent({ ...options, minVersion: 'TLSv1.2' });
  }

  /** Makes one request. Always resolves; the signal bounds the whole of it. */
  exchange(request: HttpRequest, signal: AbortSignal): Promise<HttpResult> {
    return exchange(request, request.url.startsWith('https:') ? this.#https : this.#http, signal);
  }

  /** Closes every connection. */
  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}
