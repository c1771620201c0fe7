import { base64Lines } from './base64-lines.js';

/** Smaller ones are encoded each time; they may also lie in memory that Node shares out. */
const MIN_KEPT_BYTES = 4096;

/** What was encoded last of a piece of memory: where it lay there, and from the second time the result. */
interface Encoded {
  readonly offset: number;
  readonly length: number;
  readonly result?: { readonly source: Buffer; readonly lines: Buffer };
}

/** By the memory and not by the `Buffer`, since normalisation makes a `Buffer` of its own for each message. */
const encodedOf = new WeakMap<ArrayBufferLike, Encoded>();

/**
 * The content of an attachment in base64, encoded once for all the messages that share it. What is used
 * a second time is kept together with a copy of its source, as long as the source itself is kept by
 * somebody. The copy is compared each time: whoever puts other bytes into the same Buffer after a
 * message was sent gets those, and not the ones before.
 */
export function encodedAttachment(content: Buffer): Buffer {
  if (content.length < MIN_KEPT_BYTES) return base64Lines(content);
  const { buffer, byteOffset: offset, length } = content;
  const before = encodedOf.get(buffer);
  const isKnown = before?.offset === offset && before.length === length;
  if (isKnown && before.result?.source.equals(content)) return before.result.lines;
  const lines = base64Lines(content);
  const isUsedAgain = isKnown && before.result === undefined;
  encodedOf.set(buffer, {
    offset,
    length,
    ...(isUsedAgain && { result: { source: Buffer.from(content), lines } }),
  });
  return lines;
}
