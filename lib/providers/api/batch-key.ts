import { createHash } from 'node:crypto';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { bytes } from './attachment-bytes.js';

// Larger contents are the same when they are the same memory: reading them all would hold up the event loop.
const MAX_DIGESTED_BYTES = 128 * 1024;

const memories = new WeakMap<ArrayBufferLike, number>();
let knownMemories = 0;

/**
 * A short text that is the same for the same data, and for no other: what messages share in a call, as a
 * batch key. The data itself would be kept once for each message that waits.
 */
export function batchKey(shared: readonly unknown[]): string {
  return digest(JSON.stringify(shared));
}

/** The attachments of a message as part of a batch key; they are in memory. */
export function attachmentsKey({ attachments }: OutgoingEmail): readonly unknown[] {
  return attachments.map((attachment) => {
    const { filename, contentType = '', cid = '' } = attachment;
    return [filename, contentType, cid, contentKey(bytes(attachment))];
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

function digest(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('base64');
}
