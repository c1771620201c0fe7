import type { Readable } from 'node:stream';
import { readSlices } from './byte-slices.js';

/** A message as bytes, ready for the wire. */
export interface MimeMessage {
  /** With angle brackets, `<id@domain of the sender>`. */
  readonly messageId: string;
  /** Bytes as they go over the wire before dot-stuffing, where they are known beforehand. */
  readonly size?: number;
  /** The bytes themselves, where they are held in memory; they never change. */
  readonly chunks?: readonly Buffer[];
  /**
   * Opens the bytes from the start; each call anew, in slices of at most 64 KB. An attachment that
   * cannot be read makes the stream fail with an `AttachmentError` before the message has ended:
   * what was read until then is no message.
   */
  open(): Readable;
}

/** A message that is held in memory, which is every one without a streamed attachment. */
export class BufferedMimeMessage implements MimeMessage {
  readonly size: number;
  readonly chunks: readonly Buffer[];

  constructor(
    readonly messageId: string,
    private readonly bytes: Buffer,
  ) {
    this.chunks = [bytes];
    this.size = bytes.length;
  }

  open(): Readable {
    return readSlices(this.bytes);
  }
}

/** A message that is built anew each time it is opened, for contents too large to keep. */
export class StreamedMimeMessage implements MimeMessage {
  constructor(
    readonly messageId: string,
    readonly open: () => Readable,
  ) {}
}
