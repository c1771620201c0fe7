import type { Readable } from 'node:stream';
import { AttachmentError } from '../errors/message.errors.js';
import { joinPath } from '../errors/problem.js';
import { givenStream } from './given-stream.js';
import type { OutgoingAttachment, OutgoingEmail } from './outgoing-email.js';
import { contentBytes } from './size.js';

/** How attachments are read. */
export interface ResolveOptions {
  /** What bodies and attachments of the message may have together, in bytes. */
  readonly maxBytes: number;
  /** Ends the wait for a stream that has stalled. */
  readonly signal?: AbortSignal | undefined;
}

/** True when an attachment was given as a stream that must be read before the message can be sent. */
export function needsResolving(email: OutgoingEmail): boolean {
  return email.attachments.some(({ content }) => givenStream(content) !== undefined);
}

/**
 * Reads the attachments that were given as streams, each stream once in its life, also when several
 * messages share it. Functions stay functions. Without a stream the email comes back as it is; ask
 * `needsResolving` first where waiting for a promise costs too much.
 *
 * @throws AttachmentError when a stream fails, was read before, goes over `maxBytes` or outlasts `signal`
 */
export async function resolveAttachments(
  email: OutgoingEmail,
  { maxBytes, signal }: ResolveOptions,
): Promise<OutgoingEmail> {
  if (!needsResolving(email)) return email;
  let left = maxBytes - contentBytes(email);
  const attachments: OutgoingAttachment[] = [];
  for (const [index, attachment] of email.attachments.entries()) {
    const stream = givenStream(attachment.content);
    if (stream === undefined) {
      attachments.push(attachment);
      continue;
    }
    const content = await contentOf(stream, joinPath('attachments', index), left, signal);
    left -= content.byteLength;
    attachments.push(Object.freeze({ ...attachment, content }));
  }
  return Object.freeze({ ...email, attachments });
}

const reads = new WeakMap<Readable, Promise<Buffer>>();

/** The bytes of a stream; the one reading is shared, but each waiter has its own limit and signal. */
async function contentOf(
  stream: Readable,
  path: string,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const stop = () => stream.destroy();
  const started = reads.get(stream);
  if (signal?.aborted === true && started === undefined) stop();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const reading = started ?? readOnce(stream, maxBytes);
    reads.set(stream, reading);
    const bytes = await reading;
    if (bytes.byteLength > maxBytes) throw new TooLarge();
    return bytes;
  } catch (error) {
    throw new AttachmentError(path, describe(error, signal));
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

async function readOnce(stream: Readable, maxBytes: number): Promise<Buffer> {
  // A stream that has ended gives nothing and no error: the attachment would silently be empty.
  if (stream.readableDidRead) throw new ReadBefore();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = bytesOf(chunk, stream);
    size += bytes.byteLength;
    // Leaving the loop destroys the stream.
    if (size > maxBytes) throw new TooLarge();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks, size);
}

function bytesOf(chunk: unknown, { readableEncoding }: Readable): Buffer {
  if (typeof chunk === 'string') return Buffer.from(chunk, readableEncoding ?? 'utf8');
  if (chunk instanceof Uint8Array) return Buffer.from(chunk);
  throw new NotBytes();
}

class TooLarge extends Error {}
class ReadBefore extends Error {}
class NotBytes extends Error {}

/** The stream's own words stay out: they may name a path, an address or a key. */
function describe(error: unknown, signal: AbortSignal | undefined): string {
  if (error instanceof TooLarge) return 'makes the message larger than allowed';
  if (error instanceof ReadBefore)
    return 'is a stream that was read before; give a function instead';
  if (error instanceof NotBytes) return 'is a stream of something else than bytes and text';
  if (signal?.aborted === true) return 'was not read to its end in time';
  return 'could not be read to its end: the stream failed';
}
