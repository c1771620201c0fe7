import { Fifo } from '../contract/fifo.js';

/** How urgent a message is to the application: one-time codes overtake a newsletter. */
export type Lane = 'high' | 'normal' | 'bulk';

/** Every lane, the most urgent first. */
export const LANES = ['high', 'normal', 'bulk'] as const;

// However much urgent mail there is, each lane gets one turn in so many of those before it.
const PATIENCE: Readonly<Record<Lane, number>> = { high: Infinity, normal: 8, bulk: 16 };

/** A queue in which urgent entries overtake others, and none waits for ever. */
export class LaneQueue<T> {
  readonly #lanes: Readonly<Record<Lane, Fifo<T>>> = {
    high: new Fifo(),
    normal: new Fifo(),
    bulk: new Fifo(),
  };
  readonly #passedOver: Record<Lane, number> = { high: 0, normal: 0, bulk: 0 };

  get size(): number {
    return this.#lanes.high.size + this.#lanes.normal.size + this.#lanes.bulk.size;
  }

  push(lane: Lane, entry: T): void {
    this.#lanes[lane].push(entry);
  }

  shift(): T | undefined {
    const lane = this.next();
    if (lane === undefined) return undefined;
    this.#passedOver[lane] = 0;
    for (const other of LANES) {
      if (other !== lane && this.#lanes[other].size > 0) this.#passedOver[other] += 1;
    }
    return this.#lanes[lane].shift();
  }

  private next(): Lane | undefined {
    const waiting = LANES.filter((lane) => this.#lanes[lane].size > 0);
    return waiting.findLast((lane) => this.#passedOver[lane] >= PATIENCE[lane]) ?? waiting[0];
  }
}
