import type { Dispatcher } from 'undici';
import type { Connection } from './connection.js';
import type { ConnectionPool } from './connection-pool.js';
import { contentCodings, decodedBody } from './content-coding.js';
import { fault, type HttpAnswer, type HttpRequest, type HttpResult } from './http-result.js';
import type { Target } from './peer.js';
import { codeOf, gone, isGone } from './transport-code.js';
import { USER_AGENT } from './user-agent.js';
import type { StopSignal } from '../stop-signal.js';

/** Bytes of an answer that are kept; a provider's longest is a few kilobytes for each message of a batch. */
export const MAX_ANSWER_BYTES = 1024 * 1024;

/** How a request travels. */
export interface Passage {
  readonly target: Target;
  readonly connection: Connection;
  /** Gets the connection back when the request is done with it. */
  readonly pool: Pick<ConnectionPool, 'release'>;
  /** Takes the request another way: this connection was gone before anything was written to it. */
  again(): Promise<HttpResult>;
}

/**
 * One request and its answer over a connection that stands: never redirected, never through a proxy, never
 * sent again once it was begun. Asks for no compression, and undoes it all the same. Always resolves, with
 * the stage that the request has reached: an answer whose status came, or a fault that says whether the
 * whole request may have arrived.
 */
export function exchange(
  request: HttpRequest,
  passage: Passage,
  signal: StopSignal,
): Promise<HttpResult> {
  return new Promise((resolve) => new Exchange(passage, signal, resolve).begin(request));
}

class Exchange implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: Record<string, string> = {};
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #isSettled = false;
  readonly #abort = () => this.cut('ABORTED', true);

  constructor(
    private readonly passage: Passage,
    private readonly signal: StopSignal,
    private readonly resolve: (result: HttpResult | Promise<HttpResult>) => void,
  ) {}

  begin({ method, headers, body }: HttpRequest): void {
    const { target, connection } = this.passage;
    this.signal.addEventListener('abort', this.#abort, { once: true });
    connection.client.dispatch(
      {
        method,
        path: target.path,
        headers: headerLines(headers, target.authority),
        ...(body !== undefined && { body }),
      },
      this,
    );
    if (this.signal.aborted) this.#abort();
  }

  /** What follows is written at once, unless the connection has grown old since it was taken. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    const { connection } = this.passage;
    this.#controller = controller;
    if (this.#isSettled) this.hangUp();
    else if (connection.isUnheard) controller.abort(gone());
    else connection.begin();
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[]>,
  ): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = joined(headers);
    this.passage.connection.keepAs(this.#headers['keep-alive']);
  }

  /** Reads as much of the body as comes, in time and within bounds. */
  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > MAX_ANSWER_BYTES) this.cut('ERR_TOO_LONG', false);
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const { connection } = this.passage;
    // An answer that came before the request was out: what is left of it is of no use to anybody.
    if (!connection.hasSentAll) connection.socket.destroy();
    this.finish(true);
    this.release();
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: Error): void {
    this.release();
    if (this.#isSettled) return;
    if (isGone(error)) this.settle(this.passage.again());
    else this.end(codeOf(error), false);
  }

  /** Ends it here, with what is known by now. */
  private cut(code: string, isAborted: boolean): void {
    if (this.#isSettled) return;
    this.end(code, isAborted);
    this.hangUp();
  }

  private end(code: string, isAborted: boolean): void {
    if (this.#status === 0) this.settle(fault(code, this.mayHaveArrived, isAborted));
    else this.finish(false);
  }

  private finish(isComplete: boolean): void {
    if (this.#isSettled) return;
    const bytes = joinedBytes(this.#chunks);
    const codings = contentCodings(this.#headers['content-encoding']);
    const isPlain = codings.length === 0 || bytes.length === 0;
    this.settle(
      isPlain ? this.answer(bytes, isComplete) : this.decodedAnswer(bytes, codings, isComplete),
    );
  }

  private async decodedAnswer(
    encoded: Buffer,
    codings: readonly string[],
    isWhole: boolean,
  ): Promise<HttpAnswer> {
    const { bytes, isComplete } = await decodedBody(encoded, codings, MAX_ANSWER_BYTES);
    return this.answer(bytes, isWhole && isComplete);
  }

  private answer(bytes: Buffer, isComplete: boolean): HttpAnswer {
    return {
      kind: 'answer',
      status: this.#status,
      headers: this.#headers,
      body: bytes.toString('utf8'),
      isComplete,
    };
  }

  /** The connection stood before the first byte, so what is written went out. */
  private get mayHaveArrived(): boolean {
    return this.#controller !== undefined && this.passage.connection.hasSentAll;
  }

  private hangUp(): void {
    this.#controller?.abort(new Error('hung up'));
  }

  private settle(result: HttpResult | Promise<HttpResult>): void {
    this.#isSettled = true;
    this.signal.removeEventListener('abort', this.#abort);
    this.resolve(result);
  }

  /** When undici is done as well, which closes what must not be used again. */
  private release(): void {
    queueMicrotask(() => this.passage.pool.release(this.passage.connection));
  }
}

/** Names and values in turn, with those that each request has unless it sets them itself. */
function headerLines(headers: HttpRequest['headers'], host: string): string[] {
  const lines: string[] = [];
  if (!Object.hasOwn(headers, 'host')) lines.push('host', host);
  if (!Object.hasOwn(headers, 'user-agent')) lines.push('user-agent', USER_AGENT);
  // Without it a gateway may compress what it likes (RFC 9110, 12.5.3).
  if (!Object.hasOwn(headers, 'accept-encoding')) lines.push('accept-encoding', 'identity');
  for (const name of Object.keys(headers)) {
    if (name !== 'content-length') lines.push(name, headers[name]!);
  }
  return lines;
}

function joinedBytes(chunks: readonly Buffer[]): Buffer {
  const [first = Buffer.alloc(0)] = chunks;
  return chunks.length > 1 ? Buffer.concat(chunks) : first;
}

function joined(headers: Record<string, string | string[]>): Record<string, string> {
  const lines: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name]!;
    lines[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return lines;
}
