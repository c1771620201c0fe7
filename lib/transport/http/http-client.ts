import type { HttpService } from '@nestjs/axios';
import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { Connections } from './connections.js';
import type { HttpRequest, HttpResult } from './http-result.js';

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
  #service: Promise<HttpService> | undefined;

  constructor({ maxSockets }: HttpClientOptions) {
    this.#connections = new Connections(maxSockets);
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
    this.#connections.close();
  }

  private exchange(
    { method, url = '', headers }: InternalAxiosRequestConfig,
    body: Buffer | undefined,
    signal: AbortSignal,
  ): Promise<HttpResult> {
    const request: HttpRequest = {
      method: method?.toUpperCase() === 'GET' ? 'GET' : 'POST',
      url,
      headers: headers.toJSON(true),
      ...(body !== undefined && { body }),
    };
    return this.#connections.exchange(request, signal);
  }
}

async function load(): Promise<HttpService> {
  // One after the other: jest's module loader cannot link two that import the same file at once.
  const { HttpService: Service } = await import('@nestjs/axios');
  const { default: axios } = await import('axios');
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
