// The template of a bulk, and of the few others that are under way beside it.
const TEXTS = 8;
/** Longer ones are worked out each time, so that little is kept. */
const MAX_LENGTH = 256 * 1024;

/**
 * The same function, which remembers what it made of the last few texts: the messages of a bulk have their
 * template in common, and what follows from that alone need not be found out for each of them.
 *
 * @param workOut of the text alone; what it gives is shared, so nobody may change it
 */
export function remembered<T>(workOut: (text: string) => T): (text: string) => T {
  const texts: string[] = [];
  const results: T[] = [];
  let oldest = 0;
  return (text) => {
    const known = texts.indexOf(text);
    if (known >= 0) return results[known]!;
    const result = workOut(text);
    if (text.length > MAX_LENGTH) return result;
    // In a circle, over the oldest.
    texts[oldest] = text;
    results[oldest] = result;
    oldest = (oldest + 1) % TEXTS;
    return result;
  };
}

/** Gives what was worked out of the parts, which decide it alone. */
export type LastResult<T> = (parts: readonly unknown[], workOut: () => T) => T;

/**
 * Remembers what was worked out last, for as long as every part of what it follows from is the very same:
 * the messages of a bulk have most of theirs in common. The parts are kept, so no attachment may be one.
 */
export function lastResult<T>(): LastResult<T> {
  let last: { readonly parts: readonly unknown[]; readonly result: T } | undefined;
  return (parts, workOut) => {
    if (last !== undefined && isSame(parts, last.parts)) return last.result;
    const result = workOut();
    last = parts.some(isLong) ? undefined : { parts, result };
    return result;
  };
}

function isSame(parts: readonly unknown[], others: readonly unknown[]): boolean {
  return parts.length === others.length && parts.every((part, at) => part === others[at]);
}

function isLong(part: unknown): boolean {
  return typeof part === 'string' && part.length > MAX_LENGTH;
}

/** What a message says, as it was written. */
export interface Contents {
  readonly subject?: string | undefined;
  readonly html?: string | undefined;
  readonly text?: string | undefined;
}

/** The same function of contents, which remembers what it made of the last ones: a bulk mostly has one for all. */
export function rememberedContents<T>(
  workOut: (contents: Contents) => T,
): (contents: Contents) => T {
  const last = lastResult<T>();
  // Nothing else of a message is kept, such as its attachments.
  return ({ subject, html, text }) =>
    last([subject, html, text], () => workOut({ subject, html, text }));
}
