import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { HttpService } from '@nestjs/axios';
import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { exchange } from './exchange.js';
import type { HttpRequest, HttpResult } from './http-result.js';

// Shorter than the servers' own limits: a request must not meet a connection that is being closed.
const IDLE_MS = 4_000;

/** How a client connects. */
export interface HttpClientOptions {
  /** Connections at a time; also the idle ones that are kept. */
  readonly maxSockets: number;
}

/**
 * Requests to one API, through the `HttpService` of `@nestjs/axios` with an adapter of ours behind it,
 * which knows how far each request has come. Both packages are loaded with the first request.
 */
export class HttpClient {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  #service: Promise<HttpService> | undefined;

  constructor({ maxSockets }: HttpClientOptions) {
    const options = { keepAlive: true, maxSockets, maxFreeSockets: maxSockets, timeout: IDLE_MS };
    this.#http = new HttpAgent(options);
    this.#https = new HttpsAgent({ ...options, minVersion: 'TLSv1.2' });
  }

  /** Makes one request. Always resolves; the signal bounds the whole of it. */
  async request(request: HttpRequest, signal: AbortSignal): Promise<HttpResult> {
    this.#service ??= load();
    const { axiosRef } = await this.#service;
    const { method, url, headers, body } = request;
    // The signal is ours alone: axios would throw away an answer that came just before it fired.
    const adapter: AxiosAdapter = async (config) =>
      axiosResponse(await this.exchange(config, body, signal), config);
    const { data } = await axiosRef.request<HttpResult>({ method, url, headers, adapter });
    return data;
  }

  /** Closes every connection. */
  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  private exchange(
    { method, url = '', headers }: InternalAxiosRequestConfig,
    body: Buffer | undefined,
    signal: AbortSignal,
  ): Promise<HttpResult> {
    const request: HttpRequest = {
      method: method?.toUpperCase() === 'GET' ? 'GET' : 'POST',
      url,
      headers: headers.toJSON(true) as Record<string, string>,
      ...(body !== undefined && { body }),
    };
    return exchange(request, url.startsWith('https:') ? this.#https : this.#http, signal);
  }
}

async function load(): Promise<HttpService> {
  const [{ HttpService: Service }, { default: axios }] = await Promise.all([
    import('@nestjs/axios'),
    import('axios'),
  ]);
  // Answers pass as they are: what they mean is for the provider to say.
  return new Service(axios.create({ transformRequest: [], transformResponse: [] }));
}

function axiosResponse(
  data: HttpResult,
  config: InternalAxiosRequestConfig,
): AxiosResponse<HttpResult> {
  const status = data.kind === 'answer' ? data.status : 0;
  return { data, status, statusText: '', headers: {}, config };
}
