import { LaneQueue, type Lane } from './lanes.js';
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
  /** How long a pause is waited for, in milliseconds. */
  readonly patienceMs: number;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

interface Waiter extends Entrant {
  settle(entered: boolean): void;
  abandon(): void;
  isGone: boolean;
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
   * longer than the entrant's patience.
   */
  enter(entrant: Entrant): boolean | Promise<boolean> {
    const pause = this.#pausedUntil - performance.now();
    if (entrant.signal.aborted || pause > entrant.patienceMs) return false;
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

  /** Begins nothing more for so many milliseconds: the provider asked for it. */
  pauseFor(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + ms);
    for (const waiter of this.#present) {
      if (waiter.patienceMs < ms) waiter.abandon();
    }
    const { rate } = this.options;
    if (rate !== undefined) void this.pauseOthers(rate, ms);
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
        abandon,
        settle: (entered) => {
          this.#present.delete(waiter);
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
    await this.sleep(await this.reserve(rate, 1));
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
