/** One whole reply of a server. */
export interface SmtpReply {
  /** Its code; `undefined` where it is none that SMTP knows (RFC 5321, section 4.2). */
  readonly code: number | undefined;
  /** Its lines as they came, codes included, without the last line break; not more than anybody reads. */
  readonly text: string;
}

/** A reply that says no, and with it that nothing was taken (4xx: for now, 5xx: for good). */
export interface Refusal extends SmtpReply {
  readonly code: number;
}

/** The server did as it was told (2xx). */
export function isYes({ code = 0 }: SmtpReply): boolean {
  return code >= 200 && code <= 299;
}

/** The server waits for the message (3xx). */
export function isGoAhead({ code = 0 }: SmtpReply): boolean {
  return code >= 300 && code <= 399;
}

/** The server refused, for now or for good. */
export function isNo(reply: SmtpReply): reply is Refusal {
  return reply.code !== undefined && reply.code >= 400;
}

/** A reply or an error text can be long; nobody reads more than this of it. */
export const LONGEST_TEXT = 2_000;

/** One reply must fit; a peer that keeps extending one is dropped. */
export const LONGEST_REPLY_BYTES = 64 * 1024;

const LINE = /^(?<code>[2-5]\d\d)(?:(?<sign>[ -])|$)/;
const FAILURE = /^[45]\d\d[ -]/;

/** Puts replies together from what comes over the wire, in whatever pieces that is. */
export class ReplyReader {
  /** What was received and not read, a character for each byte. */
  #input = '';
  /** The lines of a reply that is not whole yet. */
  #lines = '';
  #code: number | undefined;

  /** Whether all that came has been read. */
  get isEmpty(): boolean {
    return this.#lines === '' && (this.#input === '' || this.#input.trim() === '');
  }

  /** Whether a reply has become longer than any may be. */
  get isFlooded(): boolean {
    return this.#input.length + this.#lines.length > LONGEST_REPLY_BYTES;
  }

  /** Takes in what came. */
  push(chunk: Buffer): void {
    this.#input += chunk.toString('latin1');
  }

  /** The next whole reply, if there is one. Empty lines are none. */
  next(): SmtpReply | undefined {
    for (let end = this.#input.indexOf('\n'); end >= 0; end = this.#input.indexOf('\n')) {
      const line = this.#input.slice(0, this.#input[end - 1] === '\r' ? end - 1 : end);
      this.#input = this.#input.slice(end + 1);
      const reply = this.take(line);
      if (reply !== undefined) return reply;
    }
    return undefined;
  }

  /** What a connection that has ended left unfinished, where that is plainly a no. */
  cutOff(): SmtpReply | undefined {
    const rest = this.#input.trimEnd();
    return this.#lines === '' && FAILURE.test(rest)
      ? { code: Number(rest.slice(0, 3)), text: decoded(rest) }
      : undefined;
  }

  private take(line: string): SmtpReply | undefined {
    if (line.trim() === '') return undefined;
    const { code, sign } = LINE.exec(line)?.groups ?? {};
    const isFirst = this.#lines === '';
    const number = code === undefined ? undefined : Number(code);
    // All lines of a reply have the same code (RFC 5321, section 4.2.1).
    this.#code = isFirst || this.#code === number ? number : undefined;
    const lines = isFirst ? line : `${this.#lines}\n${line}`;
    this.#lines = sign === '-' ? lines : '';
    return sign === '-' ? undefined : { code: this.#code, text: decoded(lines) };
  }
}

/** Replies have no charset of their own: most are ASCII, many UTF-8. */
function decoded(reply: string): string {
  const bytes = reply.slice(0, LONGEST_TEXT);
  // oxlint-disable-next-line no-control-regex -- all that is not ASCII
  if (!/[^\x00-\x7f]/.test(bytes)) return bytes;
  const text = Buffer.from(bytes, 'latin1').toString('utf8');
  return text.includes('\uFFFD') ? bytes : text;
}
