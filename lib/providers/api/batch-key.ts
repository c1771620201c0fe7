import { createHash, randomUUID } from 'node:crypto';
import { remembered } from '../../message/remembered.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { bytes } from './attachment-bytes.js';
import { mediaType } from './media-type.js';

// Larger contents are the same when they are the same memory: reading them all would hold up the event loop.
const MAX_DIGESTED_BYTES = 128 * 1024;

const memories = new WeakMap<ArrayBufferLike, number>();
let knownMemories = 0;

// Shorter ones are as fast to compare as their digests.
const LONG_TEXT = 256;
// Nobody can write a text that looks like the digest of another.
const MARK = randomUUID();
const digestOf = remembered(digest);

/**
 * A short text that is the same for the same data, and for no other: what messages share in a call, as a
 * batch key. The data itself would be kept once for each message that waits.
 *
 * @param texts subject and bodies: those of a template are the same in all messages of a bulk, and looked
 *   at once
 */
export function batchKey(
  shared: readonly unknown[],
  texts: ReadonlyArray<string | undefined> = [],
): string {
  return digestOf(JSON.stringify([shared, texts.map(shortened)]));
}

function shortened(text: string | undefined): string | undefined {
  return text === undefined || text.length < LONG_TEXT ? text : `${MARK}:${digestOf(text)}`;
}

/** A text that is the same for the same data, and for no other. */
export function digest(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('base64');
}

/** The attachments of a message as part of a batch key; they are in memory. */
export function attachmentsKey({ attachments }: OutgoingEmail): readonly unknown[] {
  return attachments.map((attachment) => {
    const { filename, cid = '' } = attachment;
    return [filename, mediaType(attachment), cid, contentKey(bytes(attachment))];
  });
}

function contentKey(content: Buffer): string {
  if (content.byteLength <= MAX_DIGESTED_BYTES) return digest(content);
  let memory = memories.get(content.buffer);
  if (memory === undefined) {
    memory = ++knownMemories;
    memories.set(content.buffer, memory);
  }
  return `${memory}:${content.byteOffset}:${content.byteLength}`;
}
