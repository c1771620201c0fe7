import {
  request as httpRequest,
  type Agent,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { HttpAnswer, HttpFault, HttpRequest, HttpResult } from './http-result.js';

/** Bytes of an answer that are kept; a provider's longest is a few kilobytes for each message of a batch. */
export const MAX_ANSWER_BYTES = 1024 * 1024;

/** How long a connection may take to stand, TLS included, from the moment it is opened. */
const CONNECT_MS = 5_000;

/**
 * One request and its answer over node:http: never redirected, never through a proxy, never compressed.
 * Always resolves, with the stage that the request has reached: an answer whose status came, or a fault
 * that says whether the whole request may have arrived.
 */
export function exchange(
  { method, url, headers, body }: HttpRequest,
  agent: Agent,
  signal: AbortSignal,
  connectMs = CONNECT_MS,
): Promise<HttpResult> {
  if (signal.aborted) return Promise.resolve(fault('ABORTED', false, true));
  return new Promise((resolve) => {
    const open = url.startsWith('https:') ? httpsRequest : httpRequest;
    const length = body === undefined ? {} : { 'content-length': String(body.length) };
    const request = open(url, { method, agent, headers: { ...headers, ...length } });
    const settle = (result: HttpResult) => {
      signal.removeEventListener('abort', abort);
      resolve(result);
    };
    const abort = () => {
      const arrived = mayHaveArrived(request);
      request.destroy();
      settle(fault('ABORTED', arrived, true));
    };
    signal.addEventListener('abort', abort, { once: true });
    request.on('socket', (socket: MaybeSecure) => limitConnecting(socket, connectMs));
    // A request that was settled may still emit an error.
    request.on('error', (error: NodeJS.ErrnoException) => {
      settle(fault(error.code ?? 'ERR_HTTP', mayHaveArrived(request), false));
    });
    request.on('response', (response) => {
      signal.removeEventListener('abort', abort);
      void readAnswer(response, signal).then(settle);
    });
    // Nobody asked for another protocol; without this the request would never end.
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      settle(answer(response, '', true));
    });
    request.end(body);
  });
}

function fault(code: string, arrived: boolean, isAborted: boolean): HttpFault {
  return { kind: 'fault', code, mayHaveArrived: arrived, isAborted };
}

/** A socket, and what only one with TLS has. */
type MaybeSecure = Socket & { readonly secureConnecting?: boolean };

/** Node counts what waits behind an unfinished TLS handshake as written. */
function mayHaveArrived(request: ClientRequest): boolean {
  const socket: MaybeSecure | null = request.socket;
  return socket !== null && !isConnecting(socket) && request.writableFinished;
}

function isConnecting({ connecting, secureConnecting }: MaybeSecure): boolean {
  return connecting || secureConnecting === true;
}

/** Ends a new connection that does not stand in time; one that is kept stands already. */
function limitConnecting(socket: MaybeSecure, connectMs: number): void {
  if (!isConnecting(socket)) return;
  const late = () => socket.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' }));
  const timer = setTimeout(late, connectMs);
  const stands = 'secureConnecting' in socket ? 'secureConnect' : 'connect';
  for (const event of [stands, 'close']) socket.once(event, () => clearTimeout(timer));
}

function answer(response: IncomingMessage, body: string, isComplete: boolean): HttpAnswer {
  const { statusCode = 0, headers } = response;
  return { kind: 'answer', status: statusCode, headers: joined(headers), body, isComplete };
}

/** Reads as much of the body as comes, in time and within bounds. */
function readAnswer(response: IncomingMessage, signal: AbortSignal): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (isComplete: boolean) => {
      signal.removeEventListener('abort', cut);
      resolve(answer(response, Buffer.concat(chunks).toString('utf8'), isComplete));
    };
    const cut = () => {
      finish(false);
      response.destroy();
    };
    signal.addEventListener('abort', cut, { once: true });
    response.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES) cut();
      else chunks.push(chunk);
    });
    response.on('end', () => finish(response.complete));
    response.on('error', () => finish(false));
    response.on('close', () => finish(response.complete));
    if (signal.aborted) cut();
  });
}

function joined(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
