// Not the global one: where a test has put a clock of its own in its place, work must go on all the same.
import { setImmediate } from 'node:timers';
import { Fifo } from './fifo.js';

const waiting = new Fifo<() => void>();

/**
 * Waits for a turn of the event loop of its own: for work of some milliseconds, of which there may be
 * much. One piece begins in each turn, whoever else waits, so that timers and sockets have theirs in
 * between; with `setImmediate` alone all that wait would run in one.
 */
export function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.size === 0) setImmediate(beginNext);
    waiting.push(resolve);
  });
}

/** Work that takes longer stands in the way of everything else. */
const PIECE_MS = 5;

/** Divides long work into pieces, after which everything else gets its turn. */
export class WorkPieces {
  #endsAt = performance.now() + PIECE_MS;

  /** Whether it is time to let others go first. */
  get isTimeUp(): boolean {
    return performance.now() > this.#endsAt;
  }

  /** Lets them; what follows is the next piece. */
  async next(): Promise<void> {
    await eventLoopTurn();
    this.#endsAt = performance.now() + PIECE_MS;
  }
}

/** What `map` makes of each item, in as many pieces as it takes. */
export async function mapInPieces<T, U>(items: readonly T[], map: (item: T) => U): Promise<U[]> {
  const pieces = new WorkPieces();
  const results: U[] = [];
  for (const item of items) {
    if (pieces.isTimeUp) await pieces.next();
    results.push(map(item));
  }
  return results;
}

function beginNext(): void {
  waiting.shift()?.();
  if (waiting.size > 0) setImmediate(beginNext);
}
