import type { StopSignal } from '../contract/light-signal.js';

/** Waits for some work that never rejects, until the signal fires. */
export function settledOr(work: Promise<unknown>, signal: StopSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      signal.removeEventListener('abort', end);
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    void work.then(end);
  });
}
