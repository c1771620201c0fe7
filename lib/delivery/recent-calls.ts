const SLOTS = 30;
const SLOT_MS = 1_000;

/** How many calls there were, and how many of them failed. */
export interface CallCount {
  readonly calls: number;
  readonly unwell: number;
}

/** Counts the calls of the last half minute, by the second: as much work for a million as for one. */
export class RecentCalls {
  readonly #calls = new Uint32Array(SLOTS);
  readonly #unwell = new Uint32Array(SLOTS);
  #second = 0;

  /** @param now in milliseconds, by a clock that never goes back */
  add(now: number, isUnwell: boolean): void {
    this.moveTo(now);
    const slot = this.#second % SLOTS;
    this.#calls[slot]! += 1;
    if (isUnwell) this.#unwell[slot]! += 1;
  }

  count(now: number): CallCount {
    this.moveTo(now);
    return { calls: sum(this.#calls), unwell: sum(this.#unwell) };
  }

  clear(): void {
    this.#calls.fill(0);
    this.#unwell.fill(0);
  }

  /** Forgets what is older than half a minute. */
  private moveTo(now: number): void {
    const second = Math.floor(now / SLOT_MS);
    const passed = Math.min(second - this.#second, SLOTS);
    this.#second = second;
    for (let back = 0; back < passed; back += 1) {
      const slot = (second - back) % SLOTS;
      this.#calls[slot] = 0;
      this.#unwell[slot] = 0;
    }
  }
}

function sum(counts: Uint32Array): number {
  return counts.reduce((total, each) => total + each, 0);
}
