const MAX_LINE = 76;
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const EQUALS = 0x3d;
const HEX = Buffer.from('0123456789ABCDEF');

const LITERAL = 1;
/** A blank stands for itself within a line only: servers may strip what is at its end. */
const BLANK = 2;
const KIND = new Uint8Array(256).map((_, byte) => {
  if (byte === SPACE || byte === TAB) return BLANK;
  return byte > SPACE && byte < 0x7f && byte !== EQUALS ? LITERAL : 0;
});

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
    const kind = KIND[byte];
    const isLiteral = kind === LITERAL || (kind === BLANK && !endsLine(bytes, at + 1));
    if (isLiteral && column < MAX_LINE - 1) {
      lines[end++] = byte;
      column++;
    } else if (byte === CR) {
      end = writeBreak(lines, end);
      column = 0;
      at++;
    } else {
      const width = isLiteral ? 1 : 3;
      if (column + width >= MAX_LINE) {
        lines[end++] = EQUALS;
        end = writeBreak(lines, end);
        column = 0;
      }
      end = isLiteral ? writeByte(lines, end, byte) : writeEncoded(lines, end, byte);
      column += width;
    }
  }
  return end;
}

function endsLine(bytes: Buffer, at: number): boolean {
  return at === bytes.length || bytes[at] === CR;
}

function writeBreak(lines: Buffer, at: number): number {
  lines[at] = CR;
  lines[at + 1] = LF;
  return at + 2;
}

function writeByte(lines: Buffer, at: number, byte: number): number {
  lines[at] = byte;
  return at + 1;
}

function writeEncoded(lines: Buffer, at: number, byte: number): number {
  lines[at] = EQUALS;
  lines[at + 1] = HEX[byte >> 4] as number;
  lines[at + 2] = HEX[byte & 15] as number;
  return at + 3;
}
