import { LaneQueue, type Lane } from './lanes.js';
import type { WaitAllowance } from './wait-allowance.js';
import { MemoryRateLimitStore, type RateLimit, type RateLimitStore } from './rate-limit.js';

/** What holds for all calls of one provider. */
export interface TurnstileOptions {
  /** Calls in flight at a time; `Infinity` for as many as are asked for. */
  readonly maxInFlight: number;
  /** With the store that keeps it, and the key under which it does. */
  readonly rate: SharedRateLimit | undefined;
  /** Called when the store goes out of reach, and when it is back. */
  onStore?(isReached: boolean): void;
}

/** A rate limit and where it is kept. */
export interface SharedRateLimit extends RateLimit {
  readonly store: RateLimitStore;
  readonly key: string;
}

/** One call that wants to begin. */
export interface Entrant {
  readonly lane: Lane;
  /** What it counts for the rate limit. */
  readonly cost: number;
  /** What is left of the time that it may wait for pauses. */
  readonly allowance: WaitAllowance;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

interface Waiter extends Entrant {
  settle(entered: boolean): void;
  abandon(): void;
  isGone: boolean;
  /** When it began to wait, by the clock of `performance.now()`. */
  readonly since: number;
}

/**
 * Lets calls of a provider begin: so many at a time, evenly spaced where there is a rate limit, the
 * urgent ones first, none while the provider asks for a pause. All callers share it.
 */
export class Turnstile {
  readonly #waiting = new LaneQueue<Waiter>();
  readonly #ownLimits = new MemoryRateLimitStore();
  #free: number;
  readonly #present = new Set<Waiter>();
  #pausedUntil = 0;
  #isOpening = false;
  #isStoreReached = true;
  #timer: { cancel(): void } | undefined;

  constructor(private readonly options: TurnstileOptions) {
    this.#free = options.maxInFlight;
  }

  /**
   * Begins at once, or later, or not at all (`false`) when the signal fires first, or a pause takes
   * longer than the entrant's allowance.
   */
  enter(entrant: Entrant): boolean | Promise<boolean> {
    const pause = this.#pausedUntil - performance.now();
    if (entrant.signal.aborted || (pause > 0 && pause > entrant.allowance.leftMs())) return false;
    const isOpen = this.options.rate === undefined && pause <= 0;
    if (isOpen && this.#free > 0 && this.#present.size === 0) {
      this.#free -= 1;
      return true;
    }
    return this.wait(entrant);
  }

  /** Says that a call that began has ended. */
  leave(): void {
    this.#free += 1;
    this.open();
  }

  /** How long nothing begins for sure, in milliseconds. */
  get pausedForMs(): number {
    return Math.max(0, this.#pausedUntil - performance.now());
  }

  /** Begins nothing more for so many milliseconds: the provider asked for it. */
  pauseFor(ms: number): void {
    this.pauseHere(ms);
    const { rate } = this.options;
    if (rate !== undefined) void this.pauseOthers(rate, ms);
  }

  /** Lets go of those who may not wait that long. */
  private pauseHere(ms: number): void {
    for (const waiter of this.#present) {
      if (waiter.allowance.leftMs() - this.waitedMs(waiter) < ms) waiter.abandon();
    }
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + ms);
  }

  /** How long of its wait there was a pause. */
  private waitedMs({ since }: Waiter): number {
    return Math.max(0, Math.min(performance.now(), this.#pausedUntil) - since);
  }

  private noteStore(isReached: boolean): void {
    if (isReached !== this.#isStoreReached) this.options.onStore?.(isReached);
    this.#isStoreReached = isReached;
  }

  /** Tells those who share the limit; this process pauses also where they cannot be reached. */
  private async pauseOthers({ store, key }: SharedRateLimit, ms: number): Promise<void> {
    try {
      await store.pause(key, ms);
    } catch {
      this.#ownLimits.pause(key, ms);
    }
  }

  private wait(entrant: Entrant): Promise<boolean> {
    return new Promise((resolve) => {
      const abandon = () => {
        waiter.isGone = true;
        waiter.settle(false);
        if (this.#present.size === 0) this.#timer?.cancel();
      };
      const waiter: Waiter = {
        ...entrant,
        isGone: false,
        since: performance.now(),
        abandon,
        settle: (entered) => {
          this.#present.delete(waiter);
          entrant.allowance.spend(this.waitedMs(waiter));
          entrant.signal.removeEventListener('abort', abandon);
          resolve(entered);
        },
      };
      entrant.signal.addEventListener('abort', abandon, { once: true });
      this.#present.add(waiter);
      this.#waiting.push(entrant.lane, waiter);
      this.open();
    });
  }

  /** Lets in who may go now; where that takes time, one opening at a time is under way. */
  private open(): void {
    if (this.#isOpening) return;
    while (this.#free > 0 && this.#present.size > 0) {
      const pause = this.#pausedUntil - performance.now();
      if (pause > 0 || this.options.rate !== undefined) {
        this.#isOpening = true;
        void this.openLater(pause, this.options.rate).finally(() => {
          this.#isOpening = false;
          this.open();
        });
        return;
      }
      this.admit();
    }
  }

  private async openLater(pause: number, rate: SharedRateLimit | undefined): Promise<void> {
    if (pause > 0 || rate === undefined) return this.sleep(pause);
    const wait = await this.reserve(rate, 1);
    if (this.mayTakeTooLong(wait)) await this.learnOfPause(rate);
    if (this.#present.size === 0) return;
    await this.sleep(wait);
    await this.sleep(this.#pausedUntil - performance.now());
    const admitted = this.admit();
    // A call of many messages counts as many: the next one waits for all of them.
    if (admitted !== undefined && admitted.cost > 1) await this.reserve(rate, admitted.cost - 1);
  }

  /** Where the store is out of reach, this process keeps the limit on its own. */
  private async reserve({ store, key, perSecond }: SharedRateLimit, cost: number): Promise<number> {
    try {
      const wait = await store.reserve(key, cost, perSecond);
      this.noteStore(true);
      return wait;
    } catch {
      this.noteStore(false);
      return this.#ownLimits.reserve(key, cost, perSecond);
    }
  }

  /** Whether somebody waits who would not wait so long for a pause. */
  private mayTakeTooLong(ms: number): boolean {
    return ms > 0 && [...this.#present].some(({ allowance }) => allowance.leftMs() < ms);
  }

  /** A pause that another process asked for looks like the limit itself, unless the store tells. */
  private async learnOfPause({ store, key }: SharedRateLimit): Promise<void> {
    try {
      const ms = (await store.pausedFor?.(key)) ?? 0;
      if (ms > 0) this.pauseHere(ms);
    } catch {
      // Out of reach: `reserve` says so.
    }
  }

  private admit(): Waiter | undefined {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (next.isGone) continue;
      this.#free -= 1;
      next.settle(true);
      return next;
    }
    return undefined;
  }

  private sleep(ms: number): Promise<void> {
    if (ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#timer = {
        cancel: () => {
          clearTimeout(timer);
          resolve();
        },
      };
    });
  }
}
