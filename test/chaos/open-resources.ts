import { setTimeout as delay } from 'node:timers/promises';
import type { ChaosProxy } from '../fixtures/chaos-proxy.js';

const PATIENCE_MS = 15_000;
const STEP_MS = 10;
const CLOSING_MS = 2_000;

/** What keeps the process alive now: sockets, servers, timers. */
export function openResources(): readonly string[] {
  return process.getActiveResourcesInfo();
}

/**
 * What is still open besides what was `before`, once there was time for everything to close; empty where
 * nothing was forgotten.
 */
export async function leftOpen(before: readonly string[]): Promise<readonly string[]> {
  let left = beyond(before);
  for (let waited = 0; left.length > 0 && waited < PATIENCE_MS; waited += STEP_MS) {
    await delay(STEP_MS);
    left = beyond(before);
  }
  return left;
}

/** Connections that the library has not closed, once there was time for its word to come through. */
export async function notLeft(proxy: ChaosProxy): Promise<readonly string[]> {
  const until = performance.now() + CLOSING_MS;
  while (proxy.open > 0 && performance.now() < until) await delay(STEP_MS);
  return proxy.open > 0 ? [`${proxy.open} connections of the library`] : [];
}

function beyond(before: readonly string[]): readonly string[] {
  const known = [...before];
  return openResources().filter((name) => {
    const at = known.indexOf(name);
    if (at >= 0) known.splice(at, 1);
    return at < 0;
  });
}
