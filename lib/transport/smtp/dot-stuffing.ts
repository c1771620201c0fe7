const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;

/**
 * Brings the bytes of one message into the form in which they go over the wire (RFC 5321, sections 4.5.2
 * and 2.3.8): a dot more where a line starts with one, and every line break a whole CRLF. A receiver that
 * takes a lone CR or LF for a line break would find the end of a message where there is none.
 */
export class DotStuffing {
  #last: number | undefined;

  /**
   * The next bytes, the same ones where nothing has to change, which is the rule.
   *
   * @param known true where `isClean` has held of these bytes before
   */
  stuff(bytes: Buffer, known = false): Buffer {
    const [first] = bytes;
    if (first === undefined) return bytes;
    if (!fits(this.#last, first) || !(known || isClean(bytes))) return this.rewrite(bytes);
    this.#last = bytes[bytes.length - 1];
    return bytes;
  }

  /** What ends the message: the final dot, on a line of its own. */
  end(): Buffer {
    if (this.#last === LF) return Buffer.from('.\r\n');
    return Buffer.from(this.#last === CR ? '\n.\r\n' : '\r\n.\r\n');
  }

  private rewrite(bytes: Buffer): Buffer {
    // At most a byte more for each, and two for the first.
    const wire = Buffer.allocUnsafe(2 * bytes.length + 2);
    let length = 0;
    for (const byte of bytes) {
      if (this.#last === CR && byte !== LF) wire[length++] = this.#last = LF;
      else if (byte === LF && this.#last !== CR) wire[length++] = CR;
      if (byte === DOT && isLineStart(this.#last)) wire[length++] = DOT;
      wire[length++] = this.#last = byte;
    }
    return wire.subarray(0, length);
  }
}

/** Whether bytes go over the wire as they are, but for what stands before the first and behind the last. */
export function isClean(bytes: Buffer): boolean {
  // A search for each line break is much faster than a look at each byte.
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if ((at > 0 && bytes[at - 1] !== CR) || bytes[at + 1] === DOT) return false;
  }
  for (let at = bytes.indexOf(CR); at >= 0; at = bytes.indexOf(CR, at + 1)) {
    if (at + 1 < bytes.length && bytes[at + 1] !== LF) return false;
  }
  return true;
}

/** Whether one byte may follow another on the wire; `undefined` is the start of the message. */
function fits(last: number | undefined, next: number): boolean {
  if (last === CR) return next === LF;
  return next !== LF && (next !== DOT || !isLineStart(last));
}

function isLineStart(last: number | undefined): boolean {
  return last === undefined || last === LF;
}
