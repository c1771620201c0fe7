import { setMaxListeners } from 'node:events';
import type { StopSignal } from '../contract/light-signal.js';

/** A signal that fires with the first of several others; let go of them when it is no longer needed. */
export interface JoinedSignal {
  readonly signal: AbortSignal;
  /** Fires it now. */
  readonly stop: () => void;
  /** Stops listening to the others. */
  readonly dispose: () => void;
}

/**
 * Joins signals. `AbortSignal.any()` would do, but on long-lived signals it keeps a trace of each one
 * that was ever joined.
 */
export function stopSignal(...others: readonly (StopSignal | undefined)[]): JoinedSignal {
  const controller = new AbortController();
  // Every call in flight listens to it.
  setMaxListeners(0, controller.signal);
  const stop = () => controller.abort();
  for (const other of others) {
    if (other?.aborted) stop();
    else other?.addEventListener('abort', stop, { once: true });
  }
  return {
    signal: controller.signal,
    stop,
    dispose: () => others.forEach((other) => other?.removeEventListener('abort', stop)),
  };
}
