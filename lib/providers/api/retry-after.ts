const LONGEST_MS = 60 * 60 * 1000;

const SECONDS = /^\d+(?:\.\d+)?$/;

// An HTTP date in each of its three forms (RFC 9110, 5.6.7), also with UTC for GMT, as Mailgun writes it.
const DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w{0,6},? [\w -]+ \d\d:\d\d:\d\d (?:GMT|UTC|\d{4})$/i;

/**
 * How long `Retry-After` asks to wait, in milliseconds: seconds or an HTTP date (RFC 9110, 10.2.3), at
 * least 0 and at most an hour. `undefined` for what is neither.
 */
export function retryAfterMs(value: string | undefined, now = Date.now()): number | undefined {
  const text = value?.trim() ?? '';
  const wait = SECONDS.test(text) ? Number(text) * 1000 : instant(text) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(0, wait), LONGEST_MS);
}

/** The moment that a date names. The form without a zone is in UTC all the same. */
function instant(date: string): number {
  if (!DATE.test(date)) return Number.NaN;
  return Date.parse(/\d{4}$/.test(date) ? `${date} UTC` : date);
}
