import { addAbortSignal } from 'node:stream';
import { AttachmentError } from '../../errors/message.errors.js';
import type { OutgoingAttachment, OutgoingEmail } from '../../message/outgoing-email.js';

/** An attachment that is in memory. */
export type ReadAttachment = OutgoingAttachment & { readonly content: Buffer };

/** Whether the message has an attachment that must be opened for each attempt; such a one goes alone. */
export function hasStreams({ attachments }: OutgoingEmail): boolean {
  return attachments.some(({ content }) => typeof content === 'function');
}

/**
 * Opens and reads the attachments that are given as functions: the APIs take a message whole.
 *
 * @throws AttachmentError when one fails, does not end in time, or makes the message too large
 */
export async function withAttachmentsRead(
  email: OutgoingEmail,
  maxBytes: number,
  signal: AbortSignal,
): Promise<OutgoingEmail> {
  if (!hasStreams(email)) return email;
  const attachments: ReadAttachment[] = [];
  let left = maxBytes;
  for (const [at, attachment] of email.attachments.entries()) {
    const content = await bytesOf(attachment, `attachments[${at}]`, left, signal);
    left -= content.length;
    attachments.push({ ...attachment, content });
  }
  return { ...email, attachments };
}

/** The bytes of an attachment that was read. */
export function bytes({ content }: OutgoingAttachment): Buffer {
  if (typeof content === 'function') throw new TypeError('the attachment was not read');
  return content;
}

async function bytesOf(
  { content }: OutgoingAttachment,
  path: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Buffer> {
  if (typeof content !== 'function') return content;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of addAbortSignal(signal, content())) {
      chunks.push(Buffer.from(chunk as Buffer | string));
      size += chunks.at(-1)!.length;
      if (size > maxBytes) break;
    }
  } catch {
    // The stream's own words stay out: they may name a path, an address or a key.
    const why = signal.aborted ? 'in time' : 'to its end: the stream failed';
    throw new AttachmentError(path, `could not be read ${why}`);
  }
  if (size > maxBytes)
    throw new AttachmentError(path, `makes the message larger than ${maxBytes} bytes`);
  return Buffer.concat(chunks, size);
}
