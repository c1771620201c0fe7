import type { Socket } from 'node:net';
import type { Client } from 'undici';
import { gone } from './transport-code.js';

// Shorter than the servers' own limits: a request must not meet a connection that is being closed.
const IDLE_MS = 4_000;
// A peer that says how long it keeps a connection counts from the moment it sent its answer.
const MARGIN_MS = 1_000;

/** How an interim answer begins that a peer may send unasked. */
const CONTINUE = 'HTTP/1.1 100 ';
const END_OF_HEAD = '\r\n\r\n';

/**
 * A connection that stands, for one request at a time. The client over it never opens another one, so that
 * no request is sent again; while it is idle it does not keep the process alive, and closes when its time
 * is up or its peer speaks unasked.
 */
export class Connection {
  readonly client: Client;
  /** What had not gone out when it broke; a socket that is closed no longer tells. */
  #unsent: number | undefined;
  /** Whether the next bytes are the beginning of an answer. */
  #isAnswerDue = false;

  constructor(
    readonly socket: Socket,
    { origin, Client: HttpClient }: { readonly origin: string; readonly Client: typeof Client },
  ) {
    const unused = [socket];
    this.client = new HttpClient(origin, {
      connect: (_, callback) => {
        const next = unused.pop();
        // The client does not go on when it is called back at once.
        queueMicrotask(() => (next === undefined ? callback(gone(), null) : callback(null, next)));
      },
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
      keepAliveTimeoutThreshold: MARGIN_MS,
      // The signal of each request bounds it.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    socket.once('error', () => (this.#unsent = socket.writableLength));
    this.passOverContinue();
  }

  /** Says that a request is about to be written. */
  expectAnswer(): void {
    this.#isAnswerDue = true;
  }

  /** Whether everything that was written has been handed to the network. */
  get hasSentAll(): boolean {
    return (this.#unsent ?? this.socket.writableLength) === 0;
  }

  /** A client must be able to read an unasked 100 before the answer (RFC 9110, 15.2); undici hangs up. */
  private passOverContinue(): void {
    const { socket } = this;
    const read = socket.read.bind(socket) as (size?: number) => unknown;
    socket.read = (size) => {
      let chunk = read(size);
      while (this.#isAnswerDue && Buffer.isBuffer(chunk)) {
        const rest = afterContinue(chunk);
        if (rest === undefined) this.#isAnswerDue = false;
        else chunk = rest.length > 0 ? rest : read(size);
      }
      return chunk;
    };
  }
}

/** What follows an interim answer; `undefined` where there is none at the beginning, or not all of it. */
function afterContinue(chunk: Buffer): Buffer | undefined {
  if (chunk.toString('latin1', 0, CONTINUE.length) !== CONTINUE) return undefined;
  const end = chunk.indexOf(END_OF_HEAD);
  return end < 0 ? undefined : chunk.subarray(end + END_OF_HEAD.length);
}
