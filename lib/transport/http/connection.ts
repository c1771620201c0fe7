import type { Socket } from 'node:net';
// Not the global one: where a test has put a clock of its own in its place, work must go on all the same.
import { setImmediate } from 'node:timers/promises';
import type { Client } from 'undici';
import { KEEP_MS, keepMs, MARGIN_MS } from './keep-alive.js';
import { Stopwatch } from './stopwatch.js';
import { gone } from './transport-code.js';

/** Milliseconds after which the end of a connection may have come without being read. */
const UNHEARD_MS = 1_000;

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
  /** Since the last request was begun: the peer has been idle for no longer than that. */
  readonly #begun = new Stopwatch();
  /** Since the last request was begun, or the event loop has read what the peer had sent by then. */
  readonly #heard: Stopwatch;
  #keepMs = KEEP_MS;

  /** @param opening runs since the connection was asked for */
  constructor(
    readonly socket: Socket,
    { origin, Client: HttpClient }: { readonly origin: string; readonly Client: typeof Client },
    opening: Stopwatch,
  ) {
    this.#heard = opening;
    const unused = [socket];
    this.client = new HttpClient(origin, {
      connect: (_, callback) => {
        const next = unused.pop();
        // The client does not go on when it is called back at once.
        queueMicrotask(() => (next === undefined ? callback(gone(), null) : callback(null, next)));
      },
      keepAliveTimeout: KEEP_MS,
      keepAliveMaxTimeout: KEEP_MS,
      keepAliveTimeoutThreshold: MARGIN_MS,
      // The signal of each request bounds it.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    socket.once('error', () => (this.#unsent = socket.writableLength));
    this.passOverContinue();
  }

  /** Says that a request is about to be written. */
  begin(): void {
    this.#isAnswerDue = true;
    this.#begun.restart();
    this.#heard.restart();
  }

  /** Reads from the header `Keep-Alive` of an answer how long the peer keeps the connection. */
  keepAs(header: string | undefined): void {
    this.#keepMs = keepMs(header);
  }

  /**
   * Whether it may carry another request. Its age goes by the clock: timers do not fire while the event
   * loop is blocked, or the machine sleeps, and the peer may have closed it by then.
   */
  get isUsable(): boolean {
    return this.socket.writable && this.#begun.elapsedMs < this.#keepMs;
  }

  /** Whether its end may have come without being read: then `listen` has to be called before a request. */
  get isUnheard(): boolean {
    return this.#heard.elapsedMs > UNHEARD_MS;
  }

  /** Waits until the event loop has read what the peer has sent by now. */
  async listen(): Promise<void> {
    // The first may belong to the turn that is under way, which has asked the network already.
    await setImmediate();
    await setImmediate();
    this.#heard.restart();
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
