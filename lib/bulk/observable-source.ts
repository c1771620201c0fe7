import type { Observable, Subscription } from 'rxjs';
import { Fifo } from '../contract/fifo.js';
import { MailBridgeError } from '../errors/mail-bridge.error.js';
import type { MessageSource } from './message-source.js';

/** How many messages of an Observable may wait to be sent. */
export const OBSERVABLE_BUFFER = 100_000;

const DONE = { done: true, value: undefined } as const;

/**
 * An Observable cannot be slowed down: what it emits waits in a queue. When more than
 * `OBSERVABLE_BUFFER` messages wait, it is unsubscribed; those that wait are still sent, and then the
 * source counts as failed.
 */
export class ObservableSource implements MessageSource {
  readonly #waiting = new Fifo<unknown>();
  #subscription: Subscription | undefined;
  #end: { error?: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(private readonly messages: Observable<unknown>) {}

  async next(): Promise<IteratorResult<unknown>> {
    this.#subscription ??= this.subscribe();
    while (this.#waiting.size === 0 && this.#end === undefined) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if (this.#waiting.size > 0) return { done: false, value: this.#waiting.shift() };
    if (this.#end !== undefined && 'error' in this.#end) throw this.#end.error;
    return DONE;
  }

  return(): void {
    this.#subscription?.unsubscribe();
    this.finish({});
  }

  *rest(): Iterable<unknown> {
    while (this.#waiting.size > 0) yield this.#waiting.shift();
  }

  private subscribe(): Subscription {
    const subscription = this.messages.subscribe({
      next: (message) => this.take(message),
      error: (error: unknown) => this.finish({ error }),
      complete: () => this.finish({}),
    });
    // A source that emits at once may have ended before there was a subscription to end.
    if (this.#end !== undefined) subscription.unsubscribe();
    return subscription;
  }

  private take(message: unknown): void {
    if (this.#end !== undefined) return;
    if (this.#waiting.size >= OBSERVABLE_BUFFER) {
      this.finish({ error: overflow() });
      this.#subscription?.unsubscribe();
      return;
    }
    this.#waiting.push(message);
    this.#wake();
  }

  private finish(end: { error?: unknown }): void {
    this.#end ??= end;
    this.#wake();
  }
}

function overflow(): MailBridgeError {
  return new MailBridgeError(
    `More than ${OBSERVABLE_BUFFER} messages of an Observable wait to be sent, and it cannot be slowed ` +
      'down; hand the messages over as an iterable or an async iterable',
    'OBSERVABLE_OVERFLOW',
  );
}
