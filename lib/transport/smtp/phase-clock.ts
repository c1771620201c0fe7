import type { SmtpTimeouts } from './smtp-settings.js';
import type { StopSignal } from '../stop-signal.js';

/** What can end an attempt from our side. */
export type Expiry = 'timeout' | 'aborted' | 'closed';

/** A phase of one message; each has a limit of its own. */
export type Phase = 'connect' | 'greeting' | 'tls' | 'reply' | 'handOver' | 'answer';

/**
 * The one clock of one message: it ends the attempt when the current phase is over, when the attempt as a
 * whole takes too long, when the caller's signal fires or when the pool closes. A peer that keeps talking
 * cannot hold it up.
 */
export class PhaseClock {
  #timer: NodeJS.Timeout | undefined;
  #total: NodeJS.Timeout | undefined;
  #listener: ((expiry: Expiry) => void) | undefined;
  #expired: Expiry | undefined;
  #stopped = false;
  readonly #onTimeout = (): void => this.expire('timeout');
  readonly #onAbort = (): void => this.expire('aborted');

  constructor(
    private readonly timeouts: SmtpTimeouts,
    private readonly signal: StopSignal,
  ) {
    this.heed();
  }

  get expired(): Expiry | undefined {
    return this.#expired;
  }

  /** Starts a phase and with it its time. */
  enter(phase: Phase): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#timer = setTimeout(this.#onTimeout, this.timeouts[`${phase}Ms`]);
    this.#total ??= setTimeout(this.#onTimeout, this.timeouts.totalMs);
  }

  /** Starts the time of the current phase anew: it has got on. */
  progress(): void {
    if (!this.#stopped) this.#timer?.refresh();
  }

  /** Stands still, also where a phase was over: the next one begins as the first did. */
  rest(): void {
    this.clear();
    if (this.#expired !== 'timeout') return;
    this.#expired = undefined;
    this.#stopped = false;
    this.heed();
  }

  /** Ends the attempt; the first reason counts. */
  expire(reason: Expiry): void {
    if (this.#expired !== undefined) return;
    this.#expired = reason;
    const listener = this.#listener;
    this.stop();
    listener?.(reason);
  }

  /** Tells one listener, from now on, when time is up; returns what takes it away again. */
  watch(listener: (expiry: Expiry) => void): () => void {
    this.#listener = listener;
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }

  /** Frees the timer and the signal, for good. */
  stop(): void {
    this.#stopped = true;
    this.#listener = undefined;
    this.clear();
    this.signal.removeEventListener('abort', this.#onAbort);
  }

  private clear(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#total);
    this.#timer = undefined;
    this.#total = undefined;
  }

  private heed(): void {
    if (this.signal.aborted) this.expire('aborted');
    else this.signal.addEventListener('abort', this.#onAbort, { once: true });
  }
}
