import type { MailAddress } from '../message/mail-address.js';
import type { MailPriority, OutgoingEmail } from '../message/outgoing-email.js';
import { encodedWords, headerField, wordsOfText, wordsOfValue } from './header-text.js';

const BARE_NAME = /^[A-Za-z0-9]+(?: [A-Za-z0-9]+)*$/;
const MAX_QUOTED_NAME = 60;

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
  const fields = [headerField('From', wordsOfMailbox(from))];
  if (to.length > 0) fields.push(headerField('To', wordsOfList(to)));
  if (cc.length > 0) fields.push(headerField('Cc', wordsOfList(cc)));
  if (to.length + cc.length === 0) fields.push(headerField('To', ['undisclosed-recipients:;']));
  if (replyTo.length > 0) fields.push(headerField('Reply-To', wordsOfList(replyTo)));
  if (subject !== undefined) fields.push(headerField('Subject', wordsOfText(subject)));
  for (const [name, value] of priority === undefined ? [] : PRIORITY_FIELDS[priority]) {
    fields.push(headerField(name, [value]));
  }
  for (const [name, value] of Object.entries(headers)) {
    fields.push(headerField(name, wordsOfValue(value)));
  }
  return fields.join('');
}

function wordsOfList(mailboxes: readonly MailAddress[]): string[] {
  const last = mailboxes.length - 1;
  return mailboxes.flatMap((mailbox, index) => wordsOfMailbox(mailbox, index < last ? ',' : ''));
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
