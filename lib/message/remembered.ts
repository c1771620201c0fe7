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

/**
 * The same for what is worked out of several parts: it remembers what it made of the last ones, as long as
 * each is the very same.
 *
 * @param workOut of the parts alone; they are kept, so nothing large may be among them
 */
export function rememberedParts<Parts extends readonly unknown[], T>(
  workOut: (...parts: Parts) => T,
): (...parts: Parts) => T {
  let last: { readonly parts: Parts; readonly result: T } | undefined;
  return (...parts) => {
    if (last === undefined || !parts.every((part, at) => part === last!.parts[at])) {
      last = { parts, result: workOut(...parts) };
    }
    return last.result;
  };
}

/** What a message says, as it was written. */
export interface Contents {
  readonly subject?: string | undefined;
  readonly html?: string | undefined;
  readonly text?: string | undefined;
}

/** The same for contents: it remembers what it made of the last ones, since a bulk mostly has one for all. */
export function rememberedContents<T>(
  workOut: (contents: Contents) => T,
): (contents: Contents) => T {
  let last: (Contents & { readonly result: T }) | undefined;
  return (contents) => {
    if (last !== undefined && saysTheSame(last, contents)) return last.result;
    // Nothing else of a message is kept, such as its attachments.
    const { subject, html, text } = contents;
    const result = workOut({ subject, html, text });
    if (lengthOf(subject) + lengthOf(html) + lengthOf(text) <= MAX_LENGTH) {
      last = { subject, html, text, result };
    }
    return result;
  };
}

function saysTheSame(one: Contents, other: Contents): boolean {
  return one.subject === other.subject && one.html === other.html && one.text === other.text;
}

function lengthOf(text: string | undefined): number {
  return text?.length ?? 0;
}
