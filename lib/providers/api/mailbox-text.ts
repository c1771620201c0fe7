import { isInternational } from '../../message/domain.js';
import type { MailAddress } from '../../message/mail-address.js';
import { encodedWords } from '../../mime/header-text.js';

// RFC 5322 atoms, one space apart; other scripts need no quotes where headers are Unicode (RFC 6532).
const ATOM = "[\\w!#$%&'*+/=?^`{|}~\\u0080-\\u{10FFFF}-]+";
const PLAIN_NAME = new RegExp(`^${ATOM}(?: ${ATOM})*$`, 'u');

/**
 * A mailbox as text, for the APIs that take `Name <a@b.example>`. Whatever could be read as more than a
 * name is quoted: commas, dots, brackets, and what only looks like an encoded word (`=?utf-8?q?x?=`).
 */
export function mailboxText({ name, address }: MailAddress): string {
  if (name === undefined) return address;
  if (isPlainName(name)) return `${name} <${address}>`;
  return `"${name.replace(/["\\]/g, '\\$&')}" <${address}>`;
}

/** Whether a name is read as nothing but a name also without quotes. */
export function isPlainName(name: string): boolean {
  return PLAIN_NAME.test(name) && !name.includes('=?');
}

/** A mailbox as text in ASCII: a name outside of it as encoded words (RFC 2047). */
export function asciiMailbox(mailbox: MailAddress): string {
  const { name = '', address } = mailbox;
  if (!isInternational(name)) return mailboxText(mailbox);
  return `${encodedWords(name).join(' ')} <${address}>`;
}

/** Several mailboxes, separated by commas. */
export function mailboxList(addresses: readonly MailAddress[]): string {
  return addresses.map(mailboxText).join(', ');
}
