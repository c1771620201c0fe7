import type { Expiry, PhaseClock } from './phase-clock.js';

interface Place {
  readonly ticket: number;
  readonly call: (expiry: Expiry | undefined) => void;
  gone: boolean;
  next: Place | undefined;
}

/** How long the server's limit is believed before one connection more is tried, in milliseconds. */
const RECOVERY_MS = 5_000;

/**
 * Lets so many in at a time; the others wait in line, first come, first served, at the same cost for the
 * first and the millionth. Whoever runs out of time while waiting loses the place. The limit falls when the
 * server takes no more connections, and rises again one by one.
 */
export class Turns {
  #taken = 0;
  #closed = false;
  #limit: number;
  #tickets = 0;
  #recovery: NodeJS.Timeout | undefined;
  #head: Place | undefined;
  #tail: Place | undefined;

  /** @param most the limit that is never exceeded by those who wait */
  constructor(private readonly most: number) {
    this.#limit = most;
  }

  /** Those that may be in at the moment. */
  get limit(): number {
    return this.#limit;
  }

  /** A place in the order of arrival, which also holds when a turn has to be waited for again. */
  ticket(): number {
    this.#tickets += 1;
    return this.#tickets;
  }

  /** Settles with `undefined` when it is our turn, which `end` must give back, else with why it is not. */
  async wait(clock: PhaseClock, ticket = this.ticket()): Promise<Expiry | undefined> {
    if (this.#closed) return 'closed';
    if (clock.expired !== undefined) return clock.expired;
    if (this.#taken < this.#limit) {
      this.#taken += 1;
      return undefined;
    }
    return this.standInLine(clock, ticket);
  }

  /** Gives the turn back and waits for another one, in front of all that came later. */
  async waitAgain(clock: PhaseClock, ticket: number): Promise<Expiry | undefined> {
    const isOver = this.#closed || clock.expired !== undefined;
    const turn = isOver ? undefined : this.standInLine(clock, ticket);
    this.end();
    return turn ?? clock.expired ?? 'closed';
  }

  /**
   * The server has refused the connection of one turn. Until the limit rises again it is what the others
   * have, and what stands idle.
   */
  lower(idle: number): void {
    this.#limit = Math.min(this.#limit, Math.max(1, this.#taken - 1 + idle));
    this.recoverLater();
  }

  /** Takes a turn at once, also beyond the limit: for what cannot wait in line. `end` must give it back. */
  take(): void {
    this.#taken += 1;
  }

  /** Gives the turn to the next in line. */
  end(): void {
    this.#taken -= 1;
    this.admit();
  }

  /** Lets nobody in any more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#recovery);
    for (let place = this.leaveLine(); place !== undefined; place = this.leaveLine()) {
      place.call('closed');
    }
  }

  private standInLine(clock: PhaseClock, ticket: number): Promise<Expiry | undefined> {
    return new Promise((resolve) => {
      const place: Place = { ticket, call: resolve, gone: false, next: undefined };
      this.join(place);
      clock.watch((expiry) => {
        place.gone = true;
        resolve(expiry);
      });
    });
  }

  private recoverLater(): void {
    clearTimeout(this.#recovery);
    if (this.#closed || this.#limit >= this.most) return;
    this.#recovery = setTimeout(() => {
      this.#limit += 1;
      this.recoverLater();
      this.admit();
    }, RECOVERY_MS);
    this.#recovery.unref();
  }

  private admit(): void {
    while (this.#taken < this.#limit) {
      const next = this.leaveLine();
      if (next === undefined) return;
      this.#taken += 1;
      next.call(undefined);
    }
  }

  private join(place: Place): void {
    const before = this.lastBefore(place.ticket);
    if (before === undefined) {
      place.next = this.#head;
      this.#head = place;
    } else {
      place.next = before.next;
      before.next = place;
    }
    if (place.next === undefined) this.#tail = place;
  }

  /** Whoever comes for the first time stands last; only those who wait again are looked for a place, near the head. */
  private lastBefore(ticket: number): Place | undefined {
    if (this.#tail !== undefined && this.#tail.ticket < ticket) return this.#tail;
    let before: Place | undefined;
    for (let place = this.#head; place !== undefined && place.ticket < ticket; place = place.next) {
      before = place;
    }
    return before;
  }

  private leaveLine(): Place | undefined {
    let place = this.#head;
    while (place?.gone === true) place = place.next;
    this.#head = place?.next;
    if (this.#head === undefined) this.#tail = undefined;
    return place;
  }
}
