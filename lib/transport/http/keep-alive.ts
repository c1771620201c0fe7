import type { IncomingHttpHeaders } from 'node:http';

// A peer counts from the moment it sent its answer.
const MARGIN_MS = 1_000;

/**
 * How long a connection may stand idle by the `keep-alive` header that came with an answer, in milliseconds, with a
 * margin; `undefined` where it says nothing.
 */
export function keepAliveMs(headers: IncomingHttpHeaders = {}): number | undefined {
  const header = headers['keep-alive'];
  if (typeof header !== 'string') return undefined;
  const seconds = /\btimeout=(\d{1,9})/i.exec(header)?.[1];
  return seconds === undefined ? undefined : Math.max(0, Number(seconds) * 1000 - MARGIN_MS);
}
