import type { HttpService } from '@nestjs/axios';
import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { Connections } from './connections.js';
import type { HttpRequest, HttpResult } from './http-result.js';
import type { StopSignal } from '../stop-signal.js';

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
  readonly #connections: Connections;
  #service: HttpService | undefined;
  #loading: Promise<HttpService> | undefined;

  constructor({ maxSockets }: HttpClientOptions) {
    this.#connections = new Connections(maxSockets);
  }

  /** Makes one request. Always resolves; the signal bounds the whole of it. */
  async request(request: HttpRequest, signal: StopSignal): Promise<HttpResult> {
    const { axiosRef } = this.#service ?? (await this.service());
    const { method, url } = request;
    // Signal, headers and body are ours alone: axios would throw away an answer that came just before
    // the signal fired, and rewrite the others.
    const adapter: AxiosAdapter = async (config) =>
      axiosResponse(await this.#connections.exchange(request, signal), config);
    const { data } = await axiosRef.request<HttpResult>({ method, url, adapter });
    return data;
  }

  /** Closes every connection. */
  close(): void {
    this.#connections.close();
  }

  private async service(): Promise<HttpService> {
    this.#loading ??= load();
    this.#service = await this.#loading;
    return this.#service;
  }
}

async function load(): Promise<HttpService> {
  // One after the other: jest's module loader cannot link two that import the same file at once.
  const { HttpService: Service } = await import('@nestjs/axios');
  const { default: axios } = await import('axios');
  const instance = axios.create();
  // Merging them into each request would be most of its cost; our adapter reads none of them, and what
  // answers mean is for the provider to say.
  for (const name of Object.keys(instance.defaults))
    Reflect.deleteProperty(instance.defaults, name);
  return new Service(instance);
}

function axiosResponse(
  data: HttpResult,
  config: InternalAxiosRequestConfig,
): AxiosResponse<HttpResult> {
  const status = data.kind === 'answer' ? data.status : 0;
  return { data, status, statusText: '', headers: {}, config };
}
