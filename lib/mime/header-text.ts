import { InvalidMessageError } from '../errors/message.errors.js';
import { isStructuredHeader, structuredPieces } from '../message/structured-headers.js';

const MAX_LINE = 76;
/** What a decoder gives back as it was: printable ASCII, words apart by one space. */
const PLAIN_TEXT = /^[!-~]+(?: [!-~]+)*$/;
const ASCII_TEXT = /^[\t -~]*$/;
/** What a lenient decoder takes for an encoded word, spaces and all. */
const ENCODED_WORD = /=\?[^?]*\?[bq]\?[^?]*\?=/i;
/** Too long to leave unfolded: RFC 5322 section 2.1.1 allows 998 octets a line. */
const UNFOLDABLE = /[^ ]{900}/;
/** A single space between words. At a run of spaces a fold could leave a line of spaces only. */
const WORD_GAP = /(?<=[^ ]) (?=[^ ])/;
/** RFC 5322 section 3.6.8. */
const FIELD_NAME = /^[!-9;-~]+$/;
// HT is allowed in a header and cannot end one.
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\0-\x08\x0a-\x1f\x7f]/;

/**
 * Text for people (a subject, a display name) as words that may be folded between. Whatever would not
 * come back as it was written is encoded as a whole, also text that only looks encoded
 * (`=?utf-8?q?x?=`) and spaces that folding would lose.
 *
 * @param fieldLength of the header's name, where the text is the first on its line
 */
export function wordsOfText(text: string, fieldLength = 0): string[] {
  if (text === '') return [''];
  const asWritten = PLAIN_TEXT.test(text) && !text.includes('=?') && !UNFOLDABLE.test(text);
  return asWritten ? text.split(' ') : encodedWords(text, fieldLength);
}

/** Whether a decoder would read a part of the text as an encoded word. */
export function hasEncodedWord(text: string): boolean {
  return ENCODED_WORD.test(text);
}

/**
 * The value of a header of the user's as words that may be folded between: left as it is wherever that is
 * possible. Of a structured header (`List-Id`, `Disposition-Notification-To`) only names and comments are
 * encoded, never an address; of any other the whole value.
 *
 * @throws InvalidMessageError when a structured header has other text that would have to be encoded
 */
export function wordsOfValue(name: string, value: string): string[] {
  const isStructured = isStructuredHeader(name);
  const asWritten =
    ASCII_TEXT.test(value) && (isStructured || !hasEncodedWord(value)) && !UNFOLDABLE.test(value);
  if (asWritten) return value.split(WORD_GAP);
  return isStructured ? wordsOfPieces(name, value) : encodedWords(value, name.length);
}

/**
 * The value for a provider that encodes headers itself: as it is, but for a structured header, whose
 * structure the provider need not know.
 */
export function encodedStructured(name: string, value: string): string {
  if (ASCII_TEXT.test(value) || !isStructuredHeader(name)) return value;
  return wordsOfValue(name, value).join(' ');
}

function wordsOfPieces(name: string, value: string): string[] {
  const words: string[] = [];
  for (const { kind, text } of structuredPieces(name, value) ?? refuse(name)) {
    const taken = words.length === 0 ? name.length : 0;
    if (kind === 'verbatim') words.push(...text.split(WORD_GAP));
    else if (kind === 'phrase') words.push(...encodedWords(text, taken));
    else words.push(...`(${encodedWords(text, taken + 2).join(' ')})`.split(' '));
  }
  return words;
}

function refuse(name: string): never {
  throw new InvalidMessageError([
    { path: 'headers', message: `must have ${name} in ASCII but for names and comments` },
  ]);
}

/**
 * One header as a folded line with its line break. The last guard against a second one: every field is
 * checked long before, so a line break here means that something went past the rules.
 *
 * @throws InvalidMessageError when the name is none, or a word has a control character
 */
export function headerField(name: string, words: readonly string[]): string {
  if (!FIELD_NAME.test(name)) {
    throw new InvalidMessageError([{ path: 'headers', message: 'must have names of headers' }]);
  }
  if (words.some((word) => FORBIDDEN.test(word))) {
    throw new InvalidMessageError([{ path: name, message: 'must not have control characters' }]);
  }
  const lines: string[] = [];
  let line = `${name}:`;
  for (const [index, word] of words.entries()) {
    // Never before the first word: a line with only the name is lost on some receivers.
    if (index > 0 && line.length + 1 + word.length > MAX_LINE) {
      lines.push(line);
      line = '';
    }
    line += ` ${word}`;
  }
  return `${[...lines, line].join('\r\n')}\r\n`;
}

/** A header with text for people as its value: `wordsOfText` in a line of its own. */
export function textField(name: string, text: string): string {
  return fitsLine(name, text) && PLAIN_TEXT.test(text)
    ? `${name}: ${text}\r\n`
    : headerField(name, wordsOfText(text, name.length));
}

/** A header of the user's: `wordsOfValue` in a line of its own. */
export function valueField(name: string, value: string): string {
  return fitsLine(name, value) && PLAIN_TEXT.test(value) && FIELD_NAME.test(name)
    ? `${name}: ${value}\r\n`
    : headerField(name, wordsOfValue(name, value));
}

/** Most values are short and plain; splitting them into words would only put them together again. */
function fitsLine(name: string, value: string): boolean {
  return name.length + 2 + value.length <= MAX_LINE && !value.includes('=?');
}

interface WordEncoding {
  readonly letter: 'Q' | 'B';
  /** Units that fit into so many characters of a line. */
  capacity(characters: number): number;
  /** Units that a character takes. */
  cost(character: string): number;
  encode(text: string): string;
}

const Q: WordEncoding = {
  letter: 'Q',
  capacity: (characters) => characters,
  cost: (character) => quoted(character).length,
  encode: (text) => Array.from(text, quoted).join(''),
};

const B: WordEncoding = {
  letter: 'B',
  capacity: (characters) => Math.floor(characters / 4) * 3,
  cost: (character) => Buffer.byteLength(character),
  encode: (text) => Buffer.from(text).toString('base64'),
};

/** `=?UTF-8?Q?` and `?=`. */
const FRAME = 12;
/** Encoded characters of a word, which may be 75 long in all and is kept shorter. */
const MAX_ENCODED = 48;

/** RFC 2047 section 5 (3): the characters that are safe in a subject and in a name alike. */
function quoted(character: string): string {
  if (/^[A-Za-z0-9!*+/-]$/.test(character)) return character;
  if (character === ' ') return '_';
  return Buffer.from(character).toString('hex').toUpperCase().replace(/../g, '=$&');
}

/**
 * Text as encoded words (RFC 2047) of whole characters, in the encoding that suits it. No line with one is
 * longer than 76 (section 2). Behind a name that leaves no room for any, the first word is empty, so that
 * the others go on the next line.
 *
 * @param fieldLength of the header's name, where the text is the first on its line
 */
export function encodedWords(text: string, fieldLength = 0): string[] {
  const characters = Array.from(text);
  const encoding = isMostlyAscii(characters) ? Q : B;
  const words: string[] = [];
  let word = '';
  // The name is followed by a colon and a space.
  let room = encoding.capacity(Math.min(MAX_ENCODED, MAX_LINE - fieldLength - 2 - FRAME));
  for (const character of characters) {
    const cost = encoding.cost(character);
    if (cost > room) {
      words.push(word);
      word = '';
      room = encoding.capacity(MAX_ENCODED);
    }
    word += character;
    room -= cost;
  }
  words.push(word);
  const encoded = (each: string) => `=?UTF-8?${encoding.letter}?${encoding.encode(each)}?=`;
  return words.map((each) => (each === '' && words.length > 1 ? '' : encoded(each)));
}

function isMostlyAscii(characters: readonly string[]): boolean {
  return characters.filter((character) => character < '\x80').length * 2 > characters.length;
}
