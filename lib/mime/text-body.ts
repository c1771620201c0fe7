import { base64Lines } from './base64-lines.js';
import { quotedPrintable } from './quoted-printable.js';

/** A text as it goes over the wire. */
export interface EncodedText {
  readonly encoding: '7bit' | 'quoted-printable' | 'base64';
  readonly content: string | Buffer;
}

/** RFC 5322 section 2.1.1, without the line break. */
export const MAX_TEXT_LINE = 998;
/** What 7bit may not carry: NUL, what is not ASCII, and for safety every control but tab, CR and LF. */
// oxlint-disable-next-line no-control-regex
const NOT_PLAIN = /[^\t\r\n -~]/;
const LONE_BREAK = /\r(?!\n)|(?<!\r)\n/;

/**
 * A body in the encoding that suits it: as it is where every line is ASCII of at most 998 octets, else
 * quoted-printable, or base64 where that is shorter. All of them take any text.
 */
export function encodeText(text: string): EncodedText {
  const lines = withCrLf(text);
  if (!NOT_PLAIN.test(lines) && !hasLongLine(lines)) return { encoding: '7bit', content: lines };
  return isMostlyAscii(lines)
    ? { encoding: 'quoted-printable', content: quotedPrintable(lines) }
    : { encoding: 'base64', content: base64Lines(Buffer.from(lines)) };
}

/** A line break of any kind is one on the wire; a lone CR or LF must never get there. */
export function withCrLf(text: string): string {
  if (!text.includes('\r')) return text.replaceAll('\n', '\r\n');
  return LONE_BREAK.test(text) ? text.replace(/\r\n?|\n/g, '\r\n') : text;
}

/** Whether a text with CRLF has a line of more than 998; goes in the longest steps that are allowed. */
export function hasLongLine(lines: string): boolean {
  let start = 0;
  while (lines.length - start > MAX_TEXT_LINE) {
    const lineFeed = lines.lastIndexOf('\n', start + MAX_TEXT_LINE + 1);
    if (lineFeed < start) return true;
    start = lineFeed + 1;
  }
  return false;
}

/**
 * True when quoted-printable is the shorter one: it triples each byte of a foreign character, base64
 * adds a third to all. A character of two bytes is one unit of text, one of three also, of four two.
 */
function isMostlyAscii(text: string): boolean {
  const bytes = Buffer.byteLength(text);
  const foreign = 2 * (bytes - text.length);
  return 6 * foreign < bytes;
}
