/** What a refusal says besides its reply code. */
export interface ReplyText {
  /** The enhanced status code without its class, such as `7.1` (RFC 3463); empty where there is none. */
  readonly status: string;
  /** The words in lower case and on one line, without codes, addresses and what stands in `<…>`. */
  readonly words: string;
}

const CODES = /^\d{3}(?:[ -]|$)(?:[245]\.\d{1,3}\.\d{1,3}(?!\S))?/;
const STATUS = /^\d{3}[ -][45]\.(?<status>\d{1,3}\.\d{1,3})(?!\S)/m;
/** The older form at the end of a text, as qmail has it. */
const STATUS_AT_END = /\(#[45]\.(?<status>\d{1,3}\.\d{1,3})\)/;

/**
 * Reads the text of a refusal, lines and codes as they came. Of an enhanced code only subject and detail
 * count: whether a refusal is for good is up to the reply code (RFC 5321, section 4.2.1). Addresses are
 * left out, since they are not the server's words: `<mailbox@example.org>: Relay access denied`.
 */
export function readReplyText(text: string): ReplyText {
  const { status = '' } = (STATUS.exec(text) ?? STATUS_AT_END.exec(text))?.groups ?? {};
  const said = text.split(/\r?\n/).map((line) => line.replace(CODES, ''));
  const words = said
    .join(' ')
    .replaceAll(/<[^<>]*>/g, ' ')
    .split(/\s+/)
    .filter((word) => word !== '' && !word.includes('@'));
  return { status, words: words.join(' ').toLowerCase() };
}
