import { RecentCalls } from './recent-calls.js';
import type { WaitAllowance } from './wait-allowance.js';

/** When a provider is left alone for a while. */
export interface CircuitBreakerOptions {
  /** Failures in a row that open it; more where calls have failed now and then before. */
  readonly failures: number;
  /** How long it stays open before one call may probe, in milliseconds; doubles up to five minutes. */
  readonly halfOpenAfterMs: number;
}

/** `closed`: calls go; `open`: none does; `half-open`: one is under way to see whether it is over. */
export type CircuitState = 'closed' | 'open' | 'half-open';

/** How the provider did in one call; a message that was refused speaks for it, not against it. */
export type CallHealth = 'well' | 'unwell' | 'refusing-us';

/** The right to make one call. */
export interface Passage {
  /** Takes in how the call went. `undefined`: it was not made after all. */
  report(health: CallHealth | undefined): void;
}

const LONGEST_MS = 5 * 60_000;
// Calls of the last half minute from which on they say how it does.
const ENOUGH_CALLS = 20;
// From so many on, half of them is no chance any more.
const MANY_CALLS = 100;
const MOST_IN_A_ROW = 10;

/**
 * Watches the calls of one provider and keeps further ones back when it is down, so that an outage is
 * not met with a million attempts.
 */
export class CircuitBreaker {
  #state: CircuitState = 'closed';
  #inARow = 0;
  readonly #recent = new RecentCalls();
  #openForMs: number;
  #reopensAt = 0;
  #downSince = 0;
  readonly #watchers = new Set<() => void>();
  readonly #passage: Passage = { report: (health) => this.count(health) };

  constructor(
    private readonly options: CircuitBreakerOptions,
    private readonly onChange: (state: CircuitState, forMs: number) => void = () => undefined,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#openForMs = options.halfOpenAfterMs;
  }

  get state(): CircuitState {
    return this.#state;
  }

  /**
   * Lets a call be made: at once while all is well, else when a probe is due or has gone well. Who gets
   * a passage must report on it. `undefined` when that takes longer than the allowance, or the signal
   * fires first.
   */
  pass(allowance: WaitAllowance, signal: AbortSignal): Passage | Promise<Passage | undefined> {
    return this.#state === 'closed' ? this.#passage : this.wait(allowance, signal);
  }

  /** How long no call is made for sure, in milliseconds. */
  get reopensInMs(): number {
    return this.#state === 'open' ? Math.max(0, this.#reopensAt - this.now()) : 0;
  }

  private async wait(allowance: WaitAllowance, signal: AbortSignal): Promise<Passage | undefined> {
    for (;;) {
      if (signal.aborted) return undefined;
      const now = this.now();
      if (this.#state === 'closed') return this.#passage;
      if (this.#state === 'open' && now >= this.#reopensAt) return this.probe();
      const leftMs = allowance.leftMs(now - this.#downSince);
      if (leftMs <= 0 || (allowance.isStrict && this.reopensInMs > leftMs)) return undefined;
      await this.changeOr(
        this.#state === 'open' ? Math.min(this.reopensInMs, leftMs) : leftMs,
        signal,
      );
      allowance.spend(this.now() - now);
    }
  }

  private probe(): Passage {
    this.change('half-open');
    return { report: (health) => this.settleProbe(health) };
  }

  private settleProbe(health: CallHealth | undefined): void {
    if (health === 'well') {
      this.#inARow = 0;
      if (this.isMostlyUnwell()) this.#recent.clear();
      this.#openForMs = this.options.halfOpenAfterMs;
      this.change('closed');
      return;
    }
    if (health !== undefined) this.#openForMs = Math.min(2 * this.#openForMs, LONGEST_MS);
    this.open(health === undefined ? 0 : this.#openForMs);
  }

  private count(health: CallHealth | undefined): void {
    // What was under way when it opened has nothing to add.
    if (health === undefined || this.#state !== 'closed') return;
    const isUnwell = health !== 'well';
    this.#inARow = isUnwell ? this.#inARow + 1 : 0;
    this.#recent.add(this.now(), isUnwell);
    // While all goes well there is nothing to work out.
    if (!isUnwell) return;
    const isDown = this.isRunTooLong() || this.isMostlyUnwell(this.options.failures);
    if (health === 'refusing-us' || isDown) this.open(this.#openForMs);
  }

  /**
   * Whether so many failures in a row are no chance. Where four calls of ten fail anyway, five in a row
   * come by every few seconds: the more of the calls before failed, the longer the row must be.
   */
  private isRunTooLong(): boolean {
    const { failures } = this.options;
    if (this.#inARow < failures) return false;
    const { calls, unwell } = this.#recent.count(this.now());
    const before = calls - this.#inARow;
    if (before < ENOUGH_CALLS) return true;
    const share = (unwell - this.#inARow) / before;
    const factor = share < 0.5 ? Math.min(1 / (1 - 2 * share), MOST_IN_A_ROW) : MOST_IN_A_ROW;
    return this.#inARow >= failures * factor;
  }

  /** Whether half of the last calls failed, and so many more where there were not many of them. */
  private isMostlyUnwell(more = 0): boolean {
    const { calls, unwell } = this.#recent.count(this.now());
    return calls >= ENOUGH_CALLS && unwell >= calls / 2 + (calls < MANY_CALLS ? more : 0);
  }

  private open(forMs: number): void {
    if (this.#state === 'closed') this.#downSince = this.now();
    this.#reopensAt = this.now() + forMs;
    this.change('open');
  }

  private change(state: CircuitState): void {
    if (state !== this.#state) this.onChange(state, this.#reopensAt - this.now());
    this.#state = state;
    for (const watcher of this.#watchers) watcher();
  }

  private changeOr(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#watchers.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(1, ms));
      this.#watchers.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
