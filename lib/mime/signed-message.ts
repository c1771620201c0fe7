import { Transform } from 'node:stream';
import { MAX_SLICE_BYTES } from './byte-slices.js';
import type { DkimSigner } from './dkim-signature.js';

/** A message that is in memory, with its signature in front. */
export function signedChunks(chunks: readonly Buffer[], signer: DkimSigner): Buffer[] {
  const signature = signer.start();
  for (const chunk of chunks) signature.update(chunk);
  const header = signature.end();
  const size = chunks.reduce((sum, { length }) => sum + length, header.length);
  // A small message is one chunk, so that it is one write.
  return size <= MAX_SLICE_BYTES ? [Buffer.concat([header, ...chunks], size)] : [header, ...chunks];
}

/** Holds back a message that is streamed until its signature can stand in front of it; passes on slices. */
export function signedSlices(signer: DkimSigner): Transform {
  const signature = signer.start();
  const slices: Buffer[] = [];
  return new Transform({
    // In object mode a read gives one slice; in byte mode it would join all that are waiting.
    readableObjectMode: true,
    readableHighWaterMark: 1,
    transform(slice: Buffer, _encoding, done) {
      signature.update(slice);
      slices.push(slice);
      done();
    },
    flush(done) {
      this.push(signature.end());
      for (const slice of slices) this.push(slice);
      done();
    },
  });
}
