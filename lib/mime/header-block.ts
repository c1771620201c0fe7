import type { MailAddress } from '../message/mail-address.js';
import type { MailPriority, OutgoingEmail } from '../message/outgoing-email.js';
import { encodedWords, headerField, textField, valueField, wordsOfText } from './header-text.js';

const BARE_NAME = /^[A-Za-z0-9]+(?: [A-Za-z0-9]+)*$/;
const MAX_QUOTED_NAME = 60;
const PLAIN_ADDRESS = /^[!-~]+$/;
/** What fits into a line of 76 together with colon, spaces and angle brackets. */
const MAX_UNFOLDED = 70;

/** The three headers that mail programs go by; none of them is standard but `Importance` (RFC 2156). */
const PRIORITY_FIELDS: Readonly<Record<MailPriority, ReadonlyArray<readonly [string, string]>>> = {
  high: [
    ['X-Priority', '1 (Highest)'],
    ['X-MSMail-Priority', 'High'],
    ['Importance', 'High'],
  ],
  normal: [
    ['X-Priority', '3 (Normal)'],
    ['X-MSMail-Priority', 'Normal'],
    ['Importance', 'Normal'],
  ],
  low: [
    ['X-Priority', '5 (Lowest)'],
    ['X-MSMail-Priority', 'Low'],
    ['Importance', 'Low'],
  ],
};

/**
 * The headers that say who writes to whom and about what, each with its line break. They are written
 * here and not by nodemailer, which repairs addresses, passes on what looks encoded and changes the
 * case of names. Bcc is never among them.
 *
 * @param subject the rendered subject
 */
export function headerBlock(email: OutgoingEmail, subject: string | undefined): string {
  const { from, to, cc, replyTo, priority, headers } = email;
  let block = mailboxField('From', from);
  if (to.length > 0) block += listField('To', to);
  if (cc.length > 0) block += listField('Cc', cc);
  if (to.length + cc.length === 0) block += headerField('To', ['undisclosed-recipients:;']);
  if (replyTo.length > 0) block += listField('Reply-To', replyTo);
  if (subject !== undefined) block += textField('Subject', subject);
  for (const [name, value] of priority === undefined ? [] : PRIORITY_FIELDS[priority]) {
    block += headerField(name, [value]);
  }
  for (const [name, value] of Object.entries(headers)) block += valueField(name, value);
  return block;
}

function listField(name: string, mailboxes: readonly MailAddress[]): string {
  const [first] = mailboxes;
  if (first !== undefined && mailboxes.length === 1) return mailboxField(name, first);
  const last = mailboxes.length - 1;
  const words = mailboxes.flatMap((mailbox, index) =>
    wordsOfMailbox(mailbox, index < last ? ',' : ''),
  );
  return headerField(name, words);
}

/** One mailbox; most have a plain name, or none, and need no folding. */
function mailboxField(field: string, mailbox: MailAddress): string {
  const { name = '', address } = mailbox;
  const isShort = field.length + name.length + address.length < MAX_UNFOLDED;
  const isPlain = isShort && PLAIN_ADDRESS.test(address) && (name === '' || BARE_NAME.test(name));
  if (!isPlain) return headerField(field, wordsOfMailbox(mailbox));
  return name === '' ? `${field}: ${address}\r\n` : `${field}: ${name} <${address}>\r\n`;
}

function wordsOfMailbox({ name, address }: MailAddress, separator = ''): string[] {
  if (name === undefined || name === '') return [`${address}${separator}`];
  return [...wordsOfName(name), `<${address}>${separator}`];
}

/** A phrase as RFC 5322 has it: words, a quoted string, or encoded words. */
function wordsOfName(name: string): string[] {
  const words = wordsOfText(name);
  const isEncoded = words[0]?.startsWith('=?') === true;
  if (isEncoded || BARE_NAME.test(name)) return words;
  if (name.length > MAX_QUOTED_NAME) return encodedWords(name);
  return [`"${name.replace(/["\\]/g, '\\$&')}"`];
}
