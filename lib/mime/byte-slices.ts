import { Readable, Transform } from 'node:stream';

/**
 * The largest piece that a message is handed over in. A socket that gets a message in one piece
 * reports it as read long before the peer has taken it; with slices the reading keeps pace.
 */
export const MAX_SLICE_BYTES = 64 * 1024;

/** A stream over bytes at hand, one slice for each read; no slice reaches over two chunks. */
export function readSlices(chunks: readonly Buffer[]): Readable {
  let index = 0;
  let position = 0;
  return new Readable({
    highWaterMark: MAX_SLICE_BYTES,
    read() {
      const chunk = chunks[index];
      if (chunk === undefined) {
        this.push(null);
        return;
      }
      const slice = chunk.subarray(position, (position += MAX_SLICE_BYTES));
      if (position >= chunk.length) {
        index++;
        position = 0;
      }
      this.push(slice);
    },
  });
}

/** Passes bytes on in slices, after a `head` that is put in front of them. */
export function slicesAfter(head: Buffer = Buffer.alloc(0)): Transform {
  let unsent = head;
  return new Transform({
    // In object mode a read gives one slice; in byte mode it would join all that are waiting.
    readableObjectMode: true,
    readableHighWaterMark: 1,
    transform(chunk: Buffer, _encoding, done) {
      const bytes = unsent.length > 0 ? Buffer.concat([unsent, chunk]) : chunk;
      unsent = Buffer.alloc(0);
      for (let start = 0; start < bytes.length; start += MAX_SLICE_BYTES) {
        this.push(bytes.subarray(start, start + MAX_SLICE_BYTES));
      }
      done();
    },
  });
}
