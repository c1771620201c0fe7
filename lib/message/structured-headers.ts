import { isInternational } from './domain.js';

/** What a structured header consists of, which decides where it may have text outside ASCII. */
type HeaderForm = 'mailboxes' | 'urls' | 'phrases' | 'tokens';

/**
 * The headers whose value programs read, by lower-case name. An encoded word may stand in them for a
 * phrase or within a comment and nowhere else (RFC 2047 section 5); a header that is not listed is text
 * for people.
 */
const FORMS: Readonly<Record<string, HeaderForm>> = {
  // Mailboxes: `Name <a@b.example>`, several apart by commas; List-Id is of the same form.
  'apparently-to': 'mailboxes', // RFC 2076 section 3.4
  author: 'mailboxes', // RFC 9057
  'delivered-to': 'mailboxes', // RFC 9228
  'disposition-notification-to': 'mailboxes', // RFC 8098 section 2.1
  'envelope-to': 'mailboxes', // Exim
  'errors-to': 'mailboxes', // RFC 2076 section 3.5
  'list-id': 'mailboxes', // RFC 2919 section 2
  'mail-followup-to': 'mailboxes', // draft-ietf-drums-mail-followup-to
  'mail-reply-to': 'mailboxes', // draft-ietf-drums-mail-followup-to
  'original-from': 'mailboxes', // RFC 5703 section 5
  'return-receipt-to': 'mailboxes', // RFC 2076 section 3.5
  'x-confirm-reading-to': 'mailboxes', // Pegasus Mail; the form of Disposition-Notification-To
  'x-original-to': 'mailboxes', // Postfix
  // `<URL> (comment)`, several apart by commas.
  'list-archive': 'urls', // RFC 2369
  'list-help': 'urls', // RFC 2369
  'list-owner': 'urls', // RFC 2369
  'list-post': 'urls', // RFC 2369
  'list-subscribe': 'urls', // RFC 2369
  'list-unsubscribe': 'urls', // RFC 2369
  // Phrases apart by commas.
  keywords: 'phrases', // RFC 5322 section 3.6.5
  // Words, ids, dates and parameters: ASCII only.
  'accept-language': 'tokens', // RFC 3282
  'archived-at': 'tokens', // RFC 5064
  'auto-submitted': 'tokens', // RFC 3834 section 5
  autocrypt: 'tokens', // Autocrypt Level 1
  autoforwarded: 'tokens', // RFC 2156
  'bimi-selector': 'tokens', // draft-brand-indicators-for-message-identification
  'cfbl-address': 'tokens', // RFC 9477
  'cfbl-feedback-id': 'tokens', // RFC 9477
  'deferred-delivery': 'tokens', // RFC 2156
  'disposition-notification-options': 'tokens', // RFC 8098 section 2.2
  'expiry-date': 'tokens', // RFC 4021 section 2.1.50
  expires: 'tokens', // RFC 5536 section 3.2.5
  'feedback-id': 'tokens', // Gmail, Feedback loop
  importance: 'tokens', // RFC 2156
  'in-reply-to': 'tokens', // RFC 5322 section 3.6.4
  'latest-delivery-time': 'tokens', // RFC 2156
  'list-unsubscribe-post': 'tokens', // RFC 8058
  'message-context': 'tokens', // RFC 3458
  'mt-priority': 'tokens', // RFC 6758
  'original-message-id': 'tokens', // RFC 4021 section 2.1.55
  'original-recipient': 'tokens', // RFC 8098 section 2.3
  precedence: 'tokens', // RFC 2076 section 3.9
  priority: 'tokens', // RFC 2156
  references: 'tokens', // RFC 5322 section 3.6.4
  'reply-by': 'tokens', // RFC 2156
  'require-recipient-valid-since': 'tokens', // RFC 7293 section 3.2
  sensitivity: 'tokens', // RFC 2156
  supersedes: 'tokens', // RFC 2156
  'tls-required': 'tokens', // RFC 8689 section 5
  'x-auto-response-suppress': 'tokens', // MS-OXCMAIL section 2.2.3.2.14
};

const ADVICE: Readonly<Record<HeaderForm, string>> = {
  mailboxes:
    'must be ASCII but for names in front of <…> and comments in (…): ' +
    "write 'Name <a@b.example>', the domain in its ASCII form (xn--…)",
  urls:
    'must be ASCII but for comments in (…): percent-encode what is not in the URL, ' +
    'and write a domain in its ASCII form (xn--…)',
  phrases: 'must be phrases apart by commas, those with other marks in quotes',
  tokens: 'must be ASCII: this header has no place for other text',
};

/** A piece of a structured value: as it stands, or text for people that is to be encoded. */
export interface HeaderPiece {
  readonly kind: 'verbatim' | 'phrase' | 'comment';
  readonly text: string;
}

// A quoted string, a comment, something in angle brackets, a mark, a word, or blanks.
const TOKEN = /"(?:[^"\\]|\\.)*"|\((?:[^()\\]|\\.)*\)|<[^<>]*>|[,;:]|[^\s",;:()<>]+|\s+/gu;

/** True for a header whose value programs read, whatever the case of its name. */
export function isStructuredHeader(name: string): boolean {
  return Object.hasOwn(FORMS, name.toLowerCase());
}

/** What is wrong with text outside ASCII in the value of a structured header, and what to do about it. */
export function structuredProblem(name: string, value: string): string | undefined {
  if (!isInternational(value) || !isStructuredHeader(name)) return undefined;
  return structuredPieces(name, value) === undefined ? ADVICE[formOf(name)] : undefined;
}

/**
 * The value of a structured header in pieces, so that text outside ASCII can be encoded where it may be;
 * `undefined` where it stands in an address, an URL or another place that cannot be encoded.
 */
export function structuredPieces(name: string, value: string): HeaderPiece[] | undefined {
  const tokens = value.match(TOKEN) ?? [];
  if (tokens.join('') !== value) return undefined;
  const form = formOf(name);
  const pieces: HeaderPiece[] = [];
  let words: string[] = [];
  const endWords = (isPhrase: boolean) => {
    pieces.push(isPhrase ? phraseOf(words) : verbatim(words.join('')));
    words = [];
  };
  for (const token of tokens) {
    if (!/^[(<,;:]/.test(token)) {
      words.push(token);
      continue;
    }
    endWords(mayBePhrase(form, token, words));
    pieces.push(token.startsWith('(') ? commentOf(form, token) : verbatim(token));
  }
  endWords(form === 'phrases');
  const isAscii = pieces.every(({ kind, text }) => kind !== 'verbatim' || !isInternational(text));
  return isAscii ? joined(pieces) : undefined;
}

function formOf(name: string): HeaderForm {
  return FORMS[name.toLowerCase()] ?? 'tokens';
}

/** A name stands before an address in angle brackets, before a comment, or before a group's colon. */
function mayBePhrase(form: HeaderForm, next: string, words: readonly string[]): boolean {
  if (form === 'phrases') return true;
  // What has an at sign outside of quotes is an address.
  return (
    form === 'mailboxes' &&
    /^[<(:]/.test(next) &&
    words.every((word) => word.startsWith('"') || !word.includes('@'))
  );
}

/** A phrase is taken apart only where it must be. */
function phraseOf(words: readonly string[]): HeaderPiece {
  const written = words.join('');
  if (!isInternational(written)) return verbatim(written);
  const text = words.map((word) => (word.startsWith('"') ? unescaped(word) : word)).join('');
  return { kind: 'phrase', text: text.trim() };
}

function commentOf(form: HeaderForm, comment: string): HeaderPiece {
  const isPlain = form === 'tokens' || !isInternational(comment);
  return isPlain ? verbatim(comment) : { kind: 'comment', text: unescaped(comment) };
}

/** The inside of a quoted string or a comment. */
function unescaped(token: string): string {
  return token.slice(1, -1).replace(/\\(.)/gsu, '$1');
}

function verbatim(text: string): HeaderPiece {
  return { kind: 'verbatim', text };
}

/** What stands as it is in as few pieces as possible, without blanks between pieces. */
function joined(pieces: readonly HeaderPiece[]): HeaderPiece[] {
  const result: HeaderPiece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (piece.kind === 'verbatim' && last?.kind === 'verbatim') {
      result[result.length - 1] = verbatim(last.text + piece.text);
    } else {
      result.push(piece);
    }
  }
  return result
    .map((piece) => (piece.kind === 'verbatim' ? verbatim(piece.text.trim()) : piece))
    .filter(({ kind, text }) => kind !== 'verbatim' || text !== '');
}
