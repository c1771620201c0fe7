import { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { ChunkedBody } from './chunked-body.js';
import type { OutgoingBody } from './outgoing-body.js';
import type { SmtpContent } from './smtp-result.js';
import { StreamedBody } from './streamed-body.js';

/** What a hand-over has to know of the connection that it goes over. */
export interface HandOverLine {
  /** Where the message goes. */
  readonly socket: Writable;
  /** Checked before the first byte leaves. */
  readonly serverIsReady: () => boolean;
  /** Called when the final dot has been handed over. */
  readonly onEnd: () => void;
}

/**
 * The message on its way to the server, and the record of how far it came. For the client it is a stream
 * that asks to be piped when the server has answered DATA; only then is the content opened. It writes to
 * the socket itself, slice by slice, each when the network has taken the one before.
 */
export class HandOver extends EventEmitter {
  /** What was wrong on our side: the content could not be read, or the server was out of step. */
  problem: 'content' | 'out-of-step' | undefined;
  /** Whether any of it may have gone to the server. */
  started = false;
  /** Whether all of it, so also the final dot, may have gone to the server. */
  ended = false;
  #body: OutgoingBody | undefined;
  #closed = false;
  #isBusy = false;
  readonly #pump = (): void => this.pump();

  constructor(
    private readonly content: SmtpContent,
    private readonly line: HandOverLine,
  ) {
    super();
  }

  /** The client does this when the server wants the message. */
  pipe(clientStream: Pick<Readable, 'unpipe'>): void {
    // The client's own stream would look at each byte, and could not tell how far the message came.
    clientStream.unpipe(this.line.socket);
    if (this.#closed) return;
    if (!this.line.serverIsReady()) {
      this.fail('out-of-step', new Error('The server did not ask for the message'));
      return;
    }
    try {
      this.#body = this.open();
    } catch (error) {
      this.fail('content', error);
      return;
    }
    this.pump();
  }

  /** Writes nothing any more and lets go of the content. The client does this too. */
  destroy(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#body?.close();
  }

  private open(): OutgoingBody {
    if ('chunks' in this.content) return new ChunkedBody(this.content.chunks);
    return new StreamedBody(this.content.open(), {
      onReadable: this.#pump,
      onFailure: (error) => this.fail('content', error),
    });
  }

  private pump(): void {
    const body = this.#body;
    if (body === undefined || this.#isBusy || this.#closed || this.ended) return;
    // Where the connection is going down nothing leaves any more; the client will say why.
    if (!this.line.socket.writable) return;
    const pieces = body.read();
    if (body.ended && (pieces.length === 0 || !this.started)) {
      this.finish([...pieces, body.finalDot()]);
    } else if (pieces.length > 0) {
      this.write(pieces);
    }
  }

  private write(pieces: readonly Buffer[]): void {
    this.started = true;
    this.#isBusy = true;
    this.line.socket.write(joined(pieces), (error) => {
      if (error) return;
      this.#isBusy = false;
      this.pump();
    });
  }

  /** In one with a message of one slice, else alone, when all that stands before it has been taken. */
  private finish(pieces: readonly Buffer[]): void {
    this.started = true;
    this.ended = true;
    this.line.onEnd();
    this.line.socket.write(joined(pieces));
  }

  private fail(problem: 'content' | 'out-of-step', error: unknown): void {
    if (this.#closed || this.ended) return;
    this.problem = problem;
    this.destroy();
    this.emit('error', error instanceof Error ? error : new Error(String(error)));
  }
}

function joined(pieces: readonly Buffer[]): Buffer {
  const [only] = pieces;
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
}
