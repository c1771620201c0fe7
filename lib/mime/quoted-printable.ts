const MAX_LINE = 76;
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const EQUALS = 0x3d;
const HEX = Buffer.from('0123456789ABCDEF');

/** One for each byte that stands for itself wherever it is; blanks do so within a line only. */
const LITERAL = new Uint8Array(256).map((_, byte) => Number(byte > SPACE && byte < 0x7f));
LITERAL[EQUALS] = 0;

/** What most texts fit in. Used within one call only. */
const SCRATCH = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Text as quoted-printable (RFC 2045 section 6.7), in lines of at most 76.
 *
 * @param text with CRLF as its only line break; half a character becomes U+FFFD
 */
export function quotedPrintable(text: string): string {
  const bytes = Buffer.from(text);
  const mostBytes = 3 * bytes.length;
  // A soft break takes three bytes, and a line holds 73 or more before one.
  const room = mostBytes + 3 * Math.ceil(mostBytes / (MAX_LINE - 3));
  const lines = room > SCRATCH.length ? Buffer.allocUnsafe(room) : SCRATCH;
  return lines.toString('latin1', 0, writeLines(bytes, lines));
}

function writeLines(bytes: Buffer, lines: Buffer): number {
  let end = 0;
  let column = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === CR) {
      end = writePair(lines, end, CR, LF);
      column = 0;
      at++;
      continue;
    }
    const isLiteral = LITERAL[byte] === 1 || (isBlank(byte) && !endsLine(bytes, at + 1));
    const width = isLiteral ? 1 : 3;
    if (column + width >= MAX_LINE) {
      lines[end++] = EQUALS;
      end = writePair(lines, end, CR, LF);
      column = 0;
    }
    lines[end++] = isLiteral ? byte : EQUALS;
    if (!isLiteral) end = writePair(lines, end, HEX[byte >> 4] as number, HEX[byte & 15] as number);
    column += width;
  }
  return end;
}

function writePair(lines: Buffer, at: number, first: number, second: number): number {
  lines[at] = first;
  lines[at + 1] = second;
  return at + 2;
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/** Servers may strip blanks at the end of a line. */
function endsLine(bytes: Buffer, at: number): boolean {
  return at === bytes.length || bytes[at] === CR;
}
