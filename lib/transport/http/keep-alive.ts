/** Milliseconds that a connection is kept; shorter than the servers' own limits. */
export const KEEP_MS = 4_000;

/** How much earlier than its peer a connection is closed, which counts from when it sent its answer. */
export const MARGIN_MS = 1_000;

const TIMEOUT = /(?:^|[,;\s])timeout\s*=\s*"?(\d+)/i;

/** How long a connection may be kept, in milliseconds, after an answer with this `Keep-Alive` header. */
export function keepMs(header: string | undefined): number {
  const seconds = header === undefined ? undefined : TIMEOUT.exec(header)?.[1];
  return seconds === undefined ? KEEP_MS : Math.min(Number(seconds) * 1000 - MARGIN_MS, KEEP_MS);
}
