import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Connection, ConnectionPool } from './connection-pool.js';
import { fault, type HttpAnswer, type HttpRequest, type HttpResult } from './http-result.js';
import { keepAliveMs } from './keep-alive.js';
import type { Target } from './peer.js';
import type { StopSignal } from '../stop-signal.js';

/** Bytes of an answer that are kept; a provider's longest is a few kilobytes for each message of a batch. */
export const MAX_ANSWER_BYTES = 1024 * 1024;

// Up to here node writes a text and its headers at once; above it makes room for thrice its length.
const MAX_TEXT_LENGTH = 16_384;

/** How a request travels. */
export interface Passage {
  readonly target: Target;
  readonly connection: Connection;
  /** Gets the connection back when node:http has let go of it. */
  readonly pool: Pick<ConnectionPool, 'release'>;
}

/**
 * One request and its answer, with node:http over a connection that stands: never redirected, never
 * through a proxy, never compressed, never sent again. Always resolves, with the stage that the request
 * has reached: an answer whose status came, or a fault that says whether the whole request may have
 * arrived.
 */
export function exchange(
  request: HttpRequest,
  passage: Passage,
  signal: StopSignal,
): Promise<HttpResult> {
  return new Promise((resolve) => new Exchange(request, passage, signal, resolve));
}

class Exchange {
  readonly #sent: ClientRequest | undefined;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #response: IncomingMessage | undefined;
  #isSettled = false;
  readonly #abort = () => this.cut('ABORTED', true);

  constructor(
    request: HttpRequest,
    private readonly passage: Passage,
    private readonly signal: StopSignal,
    private readonly resolve: (result: HttpResult) => void,
  ) {
    try {
      this.#sent = this.begin(request);
      signal.addEventListener('abort', this.#abort, { once: true });
      if (signal.aborted) this.#abort();
    } catch (error) {
      // A path or a header that node:http does not take: nothing was written.
      passage.pool.release(passage.connection);
      this.settle(fault(codeOf(error), false, false));
    }
  }

  private begin(request: HttpRequest): ClientRequest {
    const { target, connection, pool } = this.passage;
    const { method } = request;
    const body = bodyOf(request);
    const sent = httpRequest({
      method,
      path: target.path,
      headers: headerLines(request.headers, target.authority, body),
      createConnection: () => connection.socket,
    });
    // Without an agent node:http would close the connection, whatever the headers say.
    sent.shouldKeepAlive = true;
    // A request that was settled may still emit an error.
    sent.on('error', (error) => this.cut(codeOf(error), false));
    sent.on('response', (response) => this.read(response));
    // Nobody asked for another protocol; without this the request would never end.
    sent.on('upgrade', (response, socket) => {
      socket.destroy();
      this.settle(answer(response, '', true));
    });
    sent.on('close', () => {
      // What came of a body may not have been read yet.
      if (this.#response === undefined) this.cut('ECONNRESET', false);
      pool.release(connection, keepAliveMs(this.#response?.headers));
    });
    sent.end(body);
    return sent;
  }

  /** Reads as much of the body as comes, in time and within bounds. */
  private read(response: IncomingMessage): void {
    this.#response = response;
    response.on('data', (chunk: Buffer) => {
      this.#size += chunk.length;
      if (this.#size > MAX_ANSWER_BYTES) this.cut('ERR_TOO_LONG', false);
      else this.#chunks.push(chunk);
    });
    response.on('end', () => this.finish(response, response.complete));
    response.on('error', () => this.finish(response, false));
    response.on('close', () => this.finish(response, response.complete));
  }

  private finish(response: IncomingMessage, isComplete: boolean): void {
    if (this.#isSettled) return;
    this.settle(answer(response, text(this.#chunks), isComplete));
    // An answer that came before the request was out: what is left of it is of no use to anybody.
    if (!this.mayHaveArrived) this.#sent?.destroy();
  }

  /** Ends it here, with what is known by now. */
  private cut(code: string, isAborted: boolean): void {
    if (this.#isSettled) return;
    if (this.#response === undefined) this.settle(fault(code, this.mayHaveArrived, isAborted));
    else this.finish(this.#response, false);
    this.#sent?.destroy();
  }

  /** The connection stood before the first byte, so what is written went out. */
  private get mayHaveArrived(): boolean {
    return this.#sent?.socket != null && this.#sent.writableFinished;
  }

  private settle(result: HttpResult): void {
    this.#isSettled = true;
    this.signal.removeEventListener('abort', this.#abort);
    this.resolve(result);
  }
}

function bodyOf({ body }: HttpRequest): HttpRequest['body'] {
  const isLong = typeof body === 'string' && body.length > MAX_TEXT_LENGTH;
  return isLong ? Buffer.from(body) : body;
}

/** Names and values in turn, as node:http takes them without looking at each again. */
function headerLines(
  headers: HttpRequest['headers'],
  host: string,
  body: HttpRequest['body'],
): string[] {
  const lines = 'host' in headers ? [] : ['host', host];
  for (const name in headers) {
    if (name !== 'content-length') lines.push(name, headers[name]!);
  }
  if (body !== undefined) lines.push('content-length', String(Buffer.byteLength(body)));
  lines.push('connection', 'keep-alive');
  return lines;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'ERR_HTTP';
}

function text(chunks: readonly Buffer[]): string {
  const [first] = chunks;
  if (first === undefined) return '';
  return (chunks.length === 1 ? first : Buffer.concat(chunks)).toString('utf8');
}

function answer(response: IncomingMessage, body: string, isComplete: boolean): HttpAnswer {
  const { statusCode = 0, headers } = response;
  return { kind: 'answer', status: statusCode, headers: joined(headers), body, isComplete };
}

function joined(headers: IncomingMessage['headers']): Record<string, string> {
  const lines: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    lines[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  }
  return lines;
}
