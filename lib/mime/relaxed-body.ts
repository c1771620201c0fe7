import type { Hash } from 'node:crypto';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/**
 * Hashes the body of a message piece by piece in the relaxed form of RFC 6376 section 3.4.4: a run of
 * blanks counts as one space, blanks at the end of a line and empty lines at the end of the body count
 * as nothing. Every line break is CRLF, as in all messages that are composed here.
 */
export class RelaxedBody {
  /** Blanks and line breaks that have come last: what they count as depends on what comes next. */
  #pending = '';
  #isEmpty = true;

  constructor(private readonly hash: Hash) {}

  update(bytes: Buffer): void {
    const end = endOfWords(bytes);
    const start = startOfWords(bytes, end);
    this.#pending += bytes.toString('latin1', 0, start);
    if (start === end) return;
    this.hash.update(relaxed(this.#pending), 'latin1');
    // Most of a large message is base64, which has no blanks.
    const words = bytes.subarray(start, end);
    const hasBlanks = words.includes(SPACE) || words.includes(TAB);
    if (hasBlanks) this.hash.update(relaxed(words.toString('latin1')), 'latin1');
    else this.hash.update(words);
    this.#pending = bytes.toString('latin1', end);
    this.#isEmpty = false;
  }

  /** The hash in base64. */
  digest(): string {
    if (!this.#isEmpty) this.hash.update('\r\n');
    return this.hash.digest('base64');
  }
}

/** Where the blanks and line breaks begin that a piece ends with; its length where it has nothing else. */
function endOfWords(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && isBlank(bytes[end - 1]!)) end--;
  return end === 0 ? bytes.length : end;
}

/** Where the blanks and line breaks end that a piece begins with. */
function startOfWords(bytes: Buffer, end: number): number {
  let start = 0;
  while (start < end && isBlank(bytes[start]!)) start++;
  return start;
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === CR || byte === LF;
}

function relaxed(text: string): string {
  return text.replace(/[ \t]+/g, ' ').replaceAll(' \r\n', '\r\n');
}
