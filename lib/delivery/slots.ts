import { Fifo } from './fifo.js';

interface Waiter {
  grant(): void;
  abandoned: boolean;
}

/**
 * Places for calls in flight, shared by all callers of a provider. Who finds none free waits in line
 * until one is given back or its signal fires.
 */
export class Slots {
  readonly #waiting = new Fifo<Waiter>();
  #free: number;

  /** @param count places; `Infinity` for as many as are asked for */
  constructor(count: number) {
    this.#free = count;
  }

  /** Takes a place: at once, or later, or not at all (`false`) when the signal fires first. */
  acquire(signal: AbortSignal): boolean | Promise<boolean> {
    if (signal.aborted) return false;
    if (this.#free > 0) {
      this.#free -= 1;
      return true;
    }
    return this.wait(signal);
  }

  release(): void {
    for (let waiter = this.#waiting.shift(); waiter; waiter = this.#waiting.shift()) {
      if (waiter.abandoned) continue;
      waiter.grant();
      return;
    }
    this.#free += 1;
  }

  private wait(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        abandoned: false,
        grant: () => {
          signal.removeEventListener('abort', abandon);
          resolve(true);
        },
      };
      const abandon = () => {
        waiter.abandoned = true;
        resolve(false);
      };
      signal.addEventListener('abort', abandon, { once: true });
      this.#waiting.push(waiter);
    });
  }
}
