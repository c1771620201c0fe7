import { Readable, finished } from 'node:stream';
import { isUint8Array } from 'node:util/types';
import { AttachmentError } from '../errors/message.errors.js';
import { UnfitContent, type SevenBit } from './seven-bit.js';

/** What a streamed attachment may be. */
export interface StreamRules {
  readonly maxBytes: number;
  /** For content that may not be encoded. @default any bytes */
  readonly sevenBit?: SevenBit;
}

/**
 * Reads the content of an attachment while the message goes out. The source is opened when its turn
 * comes, not with the message, and destroyed with it. Whatever goes wrong with it (it throws, fails,
 * breaks off, yields more than `maxBytes` or what may not go out as it is) is an `AttachmentError`, without the source's own words,
 * since they may hold a path or a secret.
 */
export class StreamedAttachment extends Readable {
  #source: Readable | undefined;
  #bytes = 0;

  /** @param path where the attachment stands in the message, as in `attachments[1]` */
  constructor(
    private readonly openSource: () => Readable,
    private readonly path: string,
    private readonly rules: StreamRules,
  ) {
    super();
  }

  override _read(): void {
    if (this.#source === undefined) this.#open();
    this.#source?.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#source?.destroy();
    done(error);
  }

  #open(): void {
    try {
      const source = this.openSource();
      if (source.readableDidRead || source.destroyed) {
        this.#fail('must open a new stream each time');
        return;
      }
      source.on('data', (chunk: unknown) => this.#take(chunk));
      finished(source, { writable: false }, (error) => {
        if (error == null) this.#end();
        else this.#fail('could not be read');
      });
      this.#source = source;
    } catch {
      this.#fail('could not be opened');
    }
  }

  #take(chunk: unknown): void {
    if (this.destroyed) return;
    if (typeof chunk !== 'string' && !isUint8Array(chunk)) {
      this.#fail('must be a stream of bytes or text');
      return;
    }
    this.#bytes += Buffer.byteLength(chunk);
    const { maxBytes, sevenBit } = this.rules;
    if (this.#bytes > maxBytes) this.#fail(`is larger than ${maxBytes} bytes`);
    else if (sevenBit !== undefined) this.#pass(sevenBit.next(Buffer.from(chunk as string)));
    else this.#pass(chunk);
  }

  #pass(chunk: string | Uint8Array | UnfitContent): void {
    if (chunk instanceof UnfitContent) this.#fail(chunk.words);
    else if (!this.push(chunk)) this.#source?.pause();
  }

  #end(): void {
    const problem = this.rules.sevenBit?.end();
    if (problem === undefined) this.push(null);
    else this.#fail(problem.words);
  }

  #fail(message: string): void {
    this.destroy(new AttachmentError(this.path, message));
  }
}
