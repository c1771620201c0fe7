import { Readable } from 'node:stream';

const SLICE_BYTES = 64 * 1024;

/**
 * The message on its way to the server, and the record of how far it came. It is read for the first time
 * when the server has answered DATA, and only then is the content opened. Large chunks are handed on in
 * slices: with one big chunk the end would be reported although the peer had stopped reading long ago.
 */
export class HandOver extends Readable {
  /** What was wrong on our side: the content could not be read, or the server was out of step. */
  problem: 'content' | 'out-of-step' | undefined;
  /** Whether any of it may have gone to the server. */
  started = false;
  /** Whether all of it, so also the final dot, may have gone to the server. */
  ended = false;
  #source: Readable | undefined;
  #sourceEnded = false;
  #rest: Buffer | undefined;
  #wanted = false;

  /**
   * @param openContent opens the content, once
   * @param serverIsReady checked before the first byte leaves
   */
  constructor(
    private readonly openContent: () => Readable,
    private readonly serverIsReady: () => boolean,
  ) {
    super({ highWaterMark: SLICE_BYTES });
    this.once('end', () => {
      this.ended = true;
    });
  }

  override _read(): void {
    this.#wanted = true;
    if (this.#source === undefined) this.start();
    else this.pump(this.#source);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#source?.destroy();
    this.#rest = undefined;
    done(error);
  }

  private start(): void {
    if (!this.serverIsReady()) {
      this.fail('out-of-step', new Error('The server did not ask for the message'));
      return;
    }
    try {
      this.#source = this.openContent();
    } catch (error) {
      this.fail('content', error);
      return;
    }
    const source = this.#source;
    source.on('readable', () => this.pump(source));
    source.once('end', () => {
      this.#sourceEnded = true;
      this.pump(source);
    });
    source.on('error', (error) => this.fail('content', error));
    source.once('close', () => {
      if (!source.readableEnded) this.fail('content', new Error('The content ended too early'));
    });
    this.pump(source);
  }

  private pump(source: Readable): void {
    if (this.destroyed) return;
    while (this.#wanted) {
      const slice = this.nextSlice(source);
      if (slice === undefined) break;
      this.started = true;
      this.#wanted = this.push(slice);
    }
    if (this.#sourceEnded && this.#rest === undefined && !this.readableEnded) this.push(null);
  }

  private nextSlice(source: Readable): Buffer | undefined {
    const chunk: Buffer | string | null = this.#rest ?? (source.read() as Buffer | string | null);
    if (chunk === null) return undefined;
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    this.#rest = bytes.length > SLICE_BYTES ? bytes.subarray(SLICE_BYTES) : undefined;
    return bytes.length > SLICE_BYTES ? bytes.subarray(0, SLICE_BYTES) : bytes;
  }

  private fail(problem: 'content' | 'out-of-step', error: unknown): void {
    if (this.destroyed) return;
    this.problem = problem;
    this.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}
