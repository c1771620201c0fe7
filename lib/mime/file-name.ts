import { encodedWords } from './header-text.js';

/** What a quoted string holds as it is; a quote or backslash in it is not read alike everywhere. */
const QUOTABLE = /^[ !#-[\]-~]+$/;
const MAX_QUOTED = 60;
const MAX_NAME = 255;
const MAX_SECTION = 50;

/**
 * A file name as the `filename` of Content-Disposition, in words that may be folded between: a quoted
 * string, or where that would not come back as it was, sections of percent-encoded UTF-8 (RFC 2231).
 */
export function filenameWords(name: string): string[] {
  if (isQuotable(name, MAX_QUOTED)) return [`filename="${name}"`];
  const sections = percentSections(name).map((section, index) => `filename*${index}*=${section}`);
  return sections.map((section, index) => (index < sections.length - 1 ? `${section};` : section));
}

/**
 * The same as the `name` of Content-Type, for mail programs that look there. It has no standard form for
 * foreign characters; they know encoded words in quotes.
 */
export function nameWords(name: string): string[] {
  const text = isQuotable(name, MAX_NAME) ? name : encodedWords(name).join(' ');
  return text === name ? [`name="${name}"`] : `name="${text}"`.split(' ');
}

function isQuotable(name: string, maxLength: number): boolean {
  return name.length <= maxLength && QUOTABLE.test(name) && !name.includes('=?');
}

/** Of whole characters: some readers decode each section alone. */
function percentSections(name: string): string[] {
  const sections: string[] = [];
  let section = "utf-8''";
  for (const character of name) {
    const encoded = percentEncoded(character);
    if (section.length + encoded.length > MAX_SECTION) {
      sections.push(section);
      section = '';
    }
    section += encoded;
  }
  sections.push(section);
  return sections;
}

function percentEncoded(character: string): string {
  if (/^[A-Za-z0-9._-]$/.test(character)) return character;
  return Buffer.from(character).toString('hex').toUpperCase().replace(/../g, '%$&');
}
