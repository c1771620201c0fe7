import { setMaxListeners } from 'node:events';
import { LightSignal } from '../contract/light-signal.js';

/**
 * The life of one MailBridge: open, then draining (nothing new is begun, what is in flight may end),
 * then expired (the wait is over). Everything that sends asks here.
 */
export class Lifecycle {
  readonly #ending = new AbortController();
  #running = 0;
  readonly #idle: (() => void)[] = [];

  constructor() {
    // Whatever is in flight listens to it.
    setMaxListeners(0, this.ending);
  }

  /** Fires when nothing new may begin. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /** Fires when what is still in flight must be given up. */
  readonly expired = new LightSignal();

  /** Whether anything is under way. */
  get isBusy(): boolean {
    return this.#running > 0;
  }

  /** Counts a piece of work as running until it settles. */
  async track<T>(work: Promise<T>): Promise<T> {
    this.begin();
    try {
      return await work;
    } finally {
      this.finish();
    }
  }

  /** Something runs from now on, until `finish` is called for it. */
  begin(): void {
    this.#running += 1;
  }

  /** What `begin` was called for has ended. */
  finish(): void {
    this.#running -= 1;
    if (this.#running === 0) for (const tell of this.#idle.splice(0)) tell();
  }

  /** Ends the intake; what is in flight has `drainTimeoutMs` from now. Only the first call counts. */
  end(drainTimeoutMs: number): void {
    if (this.ending.aborted) return;
    this.#ending.abort();
    const limit = setTimeout(() => this.expire(), drainTimeoutMs);
    void this.drained().then(() => clearTimeout(limit));
  }

  /** Gives up what is in flight now. */
  expire(): void {
    this.expired.abort();
  }

  /** Resolves when nothing runs any more. Never rejects. */
  async drained(): Promise<void> {
    while (this.isBusy) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }
}
