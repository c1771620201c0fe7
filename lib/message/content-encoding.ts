/** How text stands for bytes. */
export type ContentEncoding = 'utf8' | 'base64' | 'base64url' | 'hex' | 'latin1' | 'ascii';

const NOT_BASE64 = /[^A-Za-z0-9+/]/;
const NOT_BASE64URL = /[^A-Za-z0-9_-]/;
const NOT_HEX = /[^0-9A-Fa-f]/;
const NOT_LATIN1 = /[\u0100-\u{10ffff}]/u;
const NOT_ASCII = /\P{ASCII}/u;

/**
 * The bytes behind text in that encoding, or `undefined` when the text is not in it: `Buffer.from` would
 * leave out what it cannot read, and the recipient would get a broken file.
 */
export function decodeContent(text: string, encoding: ContentEncoding): Buffer | undefined {
  return IS_VALID[encoding](text) ? Buffer.from(text, encoding) : undefined;
}

const IS_VALID: Readonly<Record<ContentEncoding, (text: string) => boolean>> = {
  utf8: () => true,
  base64: (text) => {
    const line = withoutLineBreaks(text);
    return line.length % 4 === 0 && !NOT_BASE64.test(withoutPadding(line));
  },
  base64url: (text) => {
    const digits = withoutPadding(withoutLineBreaks(text));
    return digits.length % 4 !== 1 && !NOT_BASE64URL.test(digits);
  },
  hex: (text) => text.length % 2 === 0 && !NOT_HEX.test(text),
  latin1: (text) => !NOT_LATIN1.test(text),
  ascii: (text) => !NOT_ASCII.test(text),
};

/** Base64 mostly comes in lines (RFC 2045 section 6.8). A blank is a plus sign that a form has lost. */
function withoutLineBreaks(text: string): string {
  return text.includes('\n') || text.includes('\r') ? text.replace(/[\r\n]+/g, '') : text;
}

function withoutPadding(text: string): string {
  if (text.endsWith('==')) return text.slice(0, -2);
  return text.endsWith('=') ? text.slice(0, -1) : text;
}
