import type { Expiry, PhaseClock } from './phase-clock.js';

interface Place {
  readonly call: (expiry: Expiry | undefined) => void;
  gone: boolean;
  next: Place | undefined;
}

/**
 * Lets so many in at a time; the others wait in line, first come, first served, at the same cost for the
 * first and the millionth. Whoever runs out of time while waiting loses the place.
 */
export class Turns {
  #taken = 0;
  #closed = false;
  #head: Place | undefined;
  #tail: Place | undefined;

  constructor(private readonly limit: number) {}

  /** Settles with `undefined` when it is our turn, which `end` must give back, else with why it is not. */
  async wait(clock: PhaseClock): Promise<Expiry | undefined> {
    if (this.#closed) return 'closed';
    if (clock.expired !== undefined) return clock.expired;
    if (this.#taken < this.limit) {
      this.#taken += 1;
      return undefined;
    }
    return new Promise((resolve) => {
      const place: Place = { call: resolve, gone: false, next: undefined };
      this.join(place);
      clock.watch((expiry) => {
        place.gone = true;
        resolve(expiry);
      });
    });
  }

  /** Takes a turn at once, also beyond the limit: for what cannot wait in line. `end` must give it back. */
  take(): void {
    this.#taken += 1;
  }

  /** Gives the turn to the next in line. */
  end(): void {
    const next = this.#taken > this.limit ? undefined : this.leaveLine();
    if (next === undefined) this.#taken -= 1;
    else next.call(undefined);
  }

  /** Lets nobody in any more. */
  close(): void {
    this.#closed = true;
    for (let place = this.leaveLine(); place !== undefined; place = this.leaveLine()) {
      place.call('closed');
    }
  }

  private join(place: Place): void {
    if (this.#tail === undefined) this.#head = place;
    else this.#tail.next = place;
    this.#tail = place;
  }

  private leaveLine(): Place | undefined {
    let place = this.#head;
    while (place?.gone === true) place = place.next;
    this.#head = place?.next;
    if (this.#head === undefined) this.#tail = undefined;
    return place;
  }
}
