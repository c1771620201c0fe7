import { createHash, randomUUID } from 'node:crypto';
import { remembered } from '../../message/remembered.js';
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
  return digest(JSON.stringify(shared, shortened));
}

// Shorter ones are digested as fast as they are found.
const LONG_TEXT = 256;
// Nobody can write a text that looks like the digest of another.
const MARK = randomUUID();
const textKey = remembered((text) => `${MARK}:${digest(text)}`);

/** The template of a bulk is the same in all of its messages: its digest is worked out once. */
function shortened(_key: string, value: unknown): unknown {
  return typeof value === 'string' && value.length >= LONG_TEXT ? textKey(value) : value;
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
