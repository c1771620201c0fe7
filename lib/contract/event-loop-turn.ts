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

/** What the work of one turn may take; a pause of the garbage collector, many times as long, may come on top. */
const TURN_MS = 2;

let turnEndsAt = 0;

/**
 * Whether the work of this turn, whoever did it, has taken long enough: then more of it waits for a turn of
 * its own. So does work that begins outside of such a turn, unless one began just before.
 */
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
  turnEndsAt = performance.now() + TURN_MS;
  waiting.shift()?.();
  if (waiting.size > 0) setImmediate(beginNext);
}
