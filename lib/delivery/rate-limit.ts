/** What a rate limit counts. */
export type RateLimitUnit = 'message' | 'recipient';

/** How much a provider may be given in a second. */
export interface RateLimit {
  readonly perSecond: number;
  readonly per: RateLimitUnit;
}

/**
 * Where rate limits are kept: in memory for one process, or somewhere that several processes share.
 * Each key is a limit of its own.
 */
export interface RateLimitStore {
  /**
   * Reserves `cost` of the limit, spaced evenly: the milliseconds to wait until it may be used.
   */
  reserve(key: string, cost: number, perSecond: number): number | Promise<number>;
  /** Nothing reserved from now on may be used before so many milliseconds have passed. */
  pause(key: string, ms: number): void | Promise<void>;
  /**
   * How much longer a pause takes that anybody asked for, in milliseconds; 0 when there is none. Without
   * it a pause of another process looks like the limit, for which `send()` waits without a bound.
   */
  pausedFor?(key: string): number | Promise<number>;
}

/**
 * Limits within one process, by the generic cell rate algorithm (ITU-T I.371): each reservation moves
 * the moment of the next, so that nothing goes in bursts.
 */
export class MemoryRateLimitStore implements RateLimitStore {
  // When the next reservation may be used, by key; monotonic, so that a change of the clock is no matter.
  readonly #next = new Map<string, number>();
  readonly #pausedUntil = new Map<string, number>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  reserve(key: string, cost: number, perSecond: number): number {
    const now = this.now();
    const at = Math.max(now, this.#next.get(key) ?? now);
    this.#next.set(key, at + (cost * 1000) / perSecond);
    return at - now;
  }

  pause(key: string, ms: number): void {
    const until = this.now() + ms;
    this.#next.set(key, Math.max(until, this.#next.get(key) ?? until));
    this.#pausedUntil.set(key, Math.max(until, this.#pausedUntil.get(key) ?? until));
  }

  pausedFor(key: string): number {
    return Math.max(0, (this.#pausedUntil.get(key) ?? 0) - this.now());
  }
}
