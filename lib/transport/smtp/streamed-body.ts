import type { Readable } from 'node:stream';
import { DotStuffing } from './dot-stuffing.js';
import { SLICE_BYTES, type OutgoingBody } from './outgoing-body.js';

/** What a streamed body tells while it is read. */
export interface StreamListener {
  /** There is more to read, or the end has come. */
  readonly onReadable: () => void;
  /** It cannot be read, or not to its end. */
  readonly onFailure: (error: unknown) => void;
}

/** A message that is read from a stream. */
export class StreamedBody implements OutgoingBody {
  #sourceEnded = false;
  #rest: Buffer | undefined;
  readonly #stuffing = new DotStuffing();

  constructor(
    private readonly source: Readable,
    { onReadable, onFailure }: StreamListener,
  ) {
    source.on('readable', onReadable);
    source.once('end', () => {
      this.#sourceEnded = true;
      onReadable();
    });
    source.on('error', onFailure);
    source.once('close', () => {
      if (!source.readableEnded) onFailure(new Error('The content ended too early'));
    });
  }

  get ended(): boolean {
    return this.#sourceEnded && this.#rest === undefined;
  }

  read(): readonly Buffer[] {
    const chunk: Buffer | string | null =
      this.#rest ?? (this.source.read() as Buffer | string | null);
    if (chunk === null) return [];
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    this.#rest = bytes.length > SLICE_BYTES ? bytes.subarray(SLICE_BYTES) : undefined;
    return [this.#stuffing.stuff(bytes.subarray(0, SLICE_BYTES))];
  }

  finalDot(): Buffer {
    return this.#stuffing.end();
  }

  close(): void {
    this.#rest = undefined;
    this.source.destroy();
  }
}
