import { DotStuffing, isClean } from './dot-stuffing.js';
import { ONE_WRITE_BYTES, SLICE_BYTES, type OutgoingBody } from './outgoing-body.js';

/** How far large chunks have been searched and found clean: what many messages share is searched once. */
const cleanUpTo = new WeakMap<Buffer, number>();

/** A message that is held in memory, as chunks that never change and may be shared with other messages. */
export class ChunkedBody implements OutgoingBody {
  #index = 0;
  #offset = 0;
  #room = ONE_WRITE_BYTES;
  readonly #stuffing = new DotStuffing();

  constructor(private readonly chunks: readonly Buffer[]) {}

  get ended(): boolean {
    return this.#index >= this.chunks.length;
  }

  read(): readonly Buffer[] {
    const pieces: Buffer[] = [];
    let room = this.#room;
    this.#room = SLICE_BYTES;
    for (let chunk = this.chunks[this.#index]; chunk !== undefined && room > 0;) {
      const end = Math.min(chunk.length, this.#offset + room);
      pieces.push(this.piece(chunk, this.#offset, end));
      room -= end - this.#offset;
      this.#offset = end;
      if (end < chunk.length) break;
      this.#offset = 0;
      this.#index += 1;
      chunk = this.chunks[this.#index];
    }
    return pieces;
  }

  finalDot(): Buffer {
    return this.#stuffing.end();
  }

  close(): void {
    this.#index = this.chunks.length;
  }

  private piece(chunk: Buffer, start: number, end: number): Buffer {
    const isKnown = chunk.length >= ONE_WRITE_BYTES && isKnownClean(chunk, start, end);
    return this.#stuffing.stuff(chunk.subarray(start, end), isKnown);
  }
}

function isKnownClean(chunk: Buffer, start: number, end: number): boolean {
  const known = cleanUpTo.get(chunk) ?? 0;
  if (end <= known) return true;
  // With the byte before, since the next message may be cut elsewhere.
  if (start > known || !isClean(chunk.subarray(Math.max(0, start - 1), end))) return false;
  cleanUpTo.set(chunk, end);
  return true;
}
