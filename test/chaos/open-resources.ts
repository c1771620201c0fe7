import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 15_000;
const STEP_MS = 10;

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

function beyond(before: readonly string[]): readonly string[] {
  const known = [...before];
  return openResources().filter((name) => {
    const at = known.indexOf(name);
    if (at >= 0) known.splice(at, 1);
    return at < 0;
  });
}
