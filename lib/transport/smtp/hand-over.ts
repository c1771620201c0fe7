import type { Writable } from 'node:stream';
import { ChunkedBody } from './chunked-body.js';
import type { OutgoingBody } from './outgoing-body.js';
import type { SmtpContent } from './smtp-result.js';
import { StreamedBody } from './streamed-body.js';

/** What a hand-over has to know of the connection that it goes over. */
export interface HandOverLine {
  /** Where the message goes. */
  readonly socket: Writable;
  /** Called when the network has taken another slice. */
  readonly onProgress: () => void;
  /** Called when the final dot has been handed over. */
  readonly onEnd: () => void;
  /** Called when the content cannot be read, or not to its end. */
  readonly onFailure: (error: Error) => void;
}

/**
 * The message on its way to the server, and the record of how far it came. The content is opened when it
 * starts. It goes to the socket slice by slice, each when the network has taken the one before.
 */
export class HandOver {
  /** Whether any of it may have gone to the server. */
  started = false;
  /** Whether all of it, so also the final dot, may have gone to the server. */
  ended = false;
  /** Whether the network has taken the final dot, and with it everything before. */
  left = false;
  #body: OutgoingBody | undefined;
  #closed = false;
  #isBusy = false;
  readonly #pump = (): void => this.pump();

  constructor(
    private readonly content: SmtpContent,
    private readonly line: HandOverLine,
  ) {}

  /** To be called when the server wants the message. */
  start(): void {
    try {
      this.#body = this.open();
    } catch (error) {
      this.fail(error);
      return;
    }
    this.pump();
  }

  /** Writes nothing any more and lets go of the content. */
  close(): void {
    this.#closed = true;
    this.#body?.close();
  }

  private open(): OutgoingBody {
    if ('chunks' in this.content) return new ChunkedBody(this.content.chunks);
    return new StreamedBody(this.content.open(), {
      onReadable: this.#pump,
      onFailure: (error) => this.fail(error),
    });
  }

  private pump(): void {
    const body = this.#body;
    if (body === undefined || this.#isBusy || this.#closed || this.ended) return;
    // Where the connection is going down nothing leaves any more; its end will be told.
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
      this.line.onProgress();
      this.pump();
    });
  }

  /** In one with a message of one slice, else alone, when all that stands before it has been taken. */
  private finish(pieces: readonly Buffer[]): void {
    this.started = true;
    this.ended = true;
    this.line.onEnd();
    this.line.socket.write(joined(pieces), (error) => {
      if (!error) this.left = true;
    });
  }

  private fail(error: unknown): void {
    if (this.#closed || this.ended) return;
    this.close();
    this.line.onFailure(error instanceof Error ? error : new Error(String(error)));
  }
}

function joined(pieces: readonly Buffer[]): Buffer {
  const [only] = pieces;
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
}
