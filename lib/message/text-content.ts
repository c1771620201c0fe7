import type { OutgoingAttachment } from './outgoing-email.js';

/** The memory of what was given as text: it stays the same when the bytes are wrapped anew. */
const texts = new WeakSet<ArrayBufferLike>();

/** The bytes of a text in UTF-8, in a memory of their own, by which `isText` knows them again. */
export function bytesOfText(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  texts.add(bytes.buffer);
  return bytes;
}

/** Whether the content of an attachment was given as text, so that its charset is surely UTF-8. */
export function isText(content: OutgoingAttachment['content']): boolean {
  return typeof content !== 'function' && texts.has(content.buffer);
}

const TEXT_WITHOUT_CHARSET = /^text\/(?!.*;\s*charset\s*=)/i;

/**
 * The media type with the charset of what was given as text: without it some mail programs show letters
 * outside ASCII wrongly.
 */
export function withCharset(type: string, content: OutgoingAttachment['content']): string {
  return isText(content) && TEXT_WITHOUT_CHARSET.test(type) ? `${type}; charset=utf-8` : type;
}
