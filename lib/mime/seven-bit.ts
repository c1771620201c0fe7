import { hasLongLine, MAX_TEXT_LINE } from './text-body.js';

// oxlint-disable-next-line no-control-regex
const NOT_SEVEN_BIT = /[\0\x80-\xff]/;
const LONE_LF = /(?<!\r)\n/g;
const LONE_CR = /\r(?!\n)/;
const LONE_CR_WORDS = 'has a CR that ends no line';

/** Why content cannot go out as it is. */
export class UnfitContent {
  /** With what to do about it. */
  readonly words: string;

  constructor(reason: string) {
    this.words =
      `has a contentType that may not be encoded (RFC 2046 section 5.2), and ${reason}: send it as ` +
      'application/octet-stream, or with its own parts in base64 or quoted-printable';
  }
}

/**
 * Content that may not be encoded, in the form that every server takes (7bit, RFC 2045 section 2.7): ASCII
 * without NUL, in lines of at most 998 ended by CRLF. A lone LF, as files on Unix have it, becomes CRLF;
 * nothing else is changed. Takes the content piece by piece.
 */
export class SevenBit {
  /** A CR whose LF may come with the next piece. */
  #carriage = '';
  /** How much of the last line has come. */
  #column = 0;

  /** The piece as it goes out, or what is wrong with it. */
  next(bytes: Uint8Array): Buffer | UnfitContent {
    const text = this.#carriage + Buffer.from(bytes).toString('latin1');
    if (NOT_SEVEN_BIT.test(text)) return new UnfitContent('has NUL or bytes outside ASCII');
    this.#carriage = text.endsWith('\r') ? '\r' : '';
    const lines = text.slice(0, text.length - this.#carriage.length).replace(LONE_LF, '\r\n');
    if (LONE_CR.test(lines)) return new UnfitContent(LONE_CR_WORDS);
    if (this.isTooLong(lines)) return new UnfitContent(`has a line of more than ${MAX_TEXT_LINE}`);
    return Buffer.from(lines, 'latin1');
  }

  /** What is wrong with the end of the content. */
  end(): UnfitContent | undefined {
    return this.#carriage === '' ? undefined : new UnfitContent(LONE_CR_WORDS);
  }

  private isTooLong(lines: string): boolean {
    const first = lines.indexOf('\r\n');
    const isFirstTooLong = this.#column + (first < 0 ? lines.length : first) > MAX_TEXT_LINE;
    this.#column =
      first < 0 ? this.#column + lines.length : lines.length - lines.lastIndexOf('\n') - 1;
    return isFirstTooLong || hasLongLine(lines);
  }
}
