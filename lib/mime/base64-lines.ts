const LINE = 76;
const CR = 0x0d;
const LF = 0x0a;

/**
 * Bytes in base64, in lines of 76 (RFC 2045 section 6.8) apart by CRLF, none at the end. Encoded in one
 * piece and broken in place: no string for each line.
 */
export function base64Lines(bytes: Buffer): Buffer {
  const length = Math.ceil(bytes.length / 3) * 4;
  const breaks = Math.max(0, Math.ceil(length / LINE) - 1);
  const lines = Buffer.allocUnsafe(length + 2 * breaks);
  // Written to the end, so that each line moves towards the start and never over an unread one.
  let from = 2 * breaks;
  lines.write(bytes.toString('base64'), from, 'latin1');
  for (let to = 0; to < from; to += LINE + 2, from += LINE) {
    lines.copyWithin(to, from, from + LINE);
    lines[to + LINE] = CR;
    lines[to + LINE + 1] = LF;
  }
  return lines;
}
