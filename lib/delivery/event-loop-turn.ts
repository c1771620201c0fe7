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

function beginNext(): void {
  waiting.shift()?.();
  if (waiting.size > 0) setImmediate(beginNext);
}
