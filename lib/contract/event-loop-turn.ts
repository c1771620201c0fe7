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

/** What one turn may take: a pause of the garbage collector, ten times as long, may come on top. */
const PIECE_MS = 2;

/** When the work of this turn has taken so long, whoever did it. */
let turnEndsAt = 0;

/** Whether it is time to let others go first: long work looks here and then waits for a turn. */
export function isTurnOver(): boolean {
  return performance.now() > turnEndsAt;
}

/** What `map` makes of each item, in as many turns as it takes. */
export async function mapInTurns<T, U>(items: readonly T[], map: (item: T) => U): Promise<U[]> {
  const results: U[] = [];
  for (const item of items) {
    if (isTurnOver()) await eventLoopTurn();
    results.push(map(item));
  }
  return results;
}

function beginNext(): void {
  turnEndsAt = performance.now() + PIECE_MS;
  waiting.shift()?.();
  if (waiting.size > 0) setImmediate(beginNext);
}
