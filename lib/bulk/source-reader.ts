import { setTimeout as delay } from 'node:timers/promises';
import { isPromise } from '../contract/is-promise.js';
import type { MessageSource } from './message-source.js';

// An end that is asked for leaves a source that is about to answer this long to do so.
const GRACE_MS = 100;

/** A message of a source, or that there is none. */
export type Taken = { readonly message: unknown } | undefined;

type Answer = { readonly result: IteratorResult<unknown> } | { readonly error: unknown };

/**
 * Reads a source one message at a time, and loses none: an answer that comes when nobody waits for it
 * any more is kept for who asks next, also after the end was asked for.
 */
export class SourceReader {
  #answer: Answer | undefined;
  #pending: Promise<void> | undefined;
  #wake: () => void = () => undefined;
  #isOver = false;
  #isComplete = false;
  #failure: { readonly error: unknown } | undefined;
  #waitedMs = 0;

  /** @param stop fires when nothing more is to be asked for */
  constructor(
    private readonly source: MessageSource,
    private readonly stop: AbortSignal,
  ) {
    if (stop.aborted) void this.end();
    else stop.addEventListener('abort', () => void this.end(), { once: true });
  }

  /** Whether nothing more will come. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether the source was read to its end. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** How long the source has been waited for in all; one that answers at once takes none of it. */
  get waitedMs(): number {
    return this.#waitedMs;
  }

  /** What the source threw, if it did. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  /**
   * The next message; `undefined` at the end, or when it did not come within `patienceMs`. At once where
   * the source answers at once: a promise for each message would cost more than taking it. Never call it
   * again before it has answered.
   */
  take(patienceMs: number | undefined): Taken | Promise<Taken> {
    if (this.#isOver && this.#answer === undefined) return undefined;
    if (this.#answer === undefined && this.#pending === undefined) {
      if (this.stop.aborted) return undefined;
      this.ask();
    }
    return this.#answer === undefined ? this.takeLater(patienceMs) : this.consume();
  }

  private async takeLater(patienceMs: number | undefined): Promise<Taken> {
    await this.wait(patienceMs);
    return this.consume();
  }

  private ask(): void {
    try {
      const next = this.source.next();
      if (isPromise(next)) this.#pending = this.listen(next);
      else this.#answer = { result: next };
    } catch (error) {
      this.#answer = { error };
    }
  }

  private async listen(next: Promise<IteratorResult<unknown>>): Promise<void> {
    try {
      this.#answer = { result: await next };
    } catch (error) {
      this.#answer = { error };
    }
    this.#pending = undefined;
    this.#wake();
  }

  /** Until the source has answered, patience is at its end, or the reader is. */
  private async wait(patienceMs: number | undefined): Promise<void> {
    const startedAt = performance.now();
    await new Promise<void>((resolve) => {
      const late = patienceMs === undefined ? undefined : setTimeout(resolve, patienceMs);
      this.#wake = () => {
        clearTimeout(late);
        resolve();
      };
    });
    this.#waitedMs += performance.now() - startedAt;
  }

  private consume(): Taken {
    const answer = this.#answer;
    if (answer === undefined) return undefined;
    this.#answer = undefined;
    if ('error' in answer) this.#failure = answer;
    else if (answer.result.done === true) this.#isComplete = true;
    else return { message: answer.result.value };
    this.#isOver = true;
    return undefined;
  }

  /** Asks for no more; the source is told so once it has answered, or has been given the time to. */
  private async end(): Promise<void> {
    if (this.#pending !== undefined) {
      await Promise.race([this.#pending, delay(GRACE_MS, undefined, { ref: false })]);
    }
    if (this.#isOver) return;
    this.#isOver = true;
    this.#wake();
    try {
      await this.source.return?.();
    } catch {
      // The source was let go of; what it makes of that changes no outcome.
    }
  }
}
