import type { MailAddress } from '../../message/mail-address.js';

// RFC 5322 atoms, one space apart; other scripts need no quotes where headers are Unicode (RFC 6532).
const ATOM = "[\\w!#$%&'*+/=?^`{|}~\\u0080-\\u{10FFFF}-]+";
const PLAIN_NAME = new RegExp(`^${ATOM}(?: ${ATOM})*$`, 'u');

/**
 * A mailbox as text, for the APIs that take `Name <a@b.example>`. Whatever could be read as more than a
 * name is quoted: commas, dots, brackets, and what only looks like an encoded word (`=?utf-8?q?x?=`).
 */
export function mailboxText({ name, address }: MailAddress): string {
  if (name === undefined) return address;
  if (PLAIN_NAME.test(name) && !name.includes('=?')) return `${name} <${address}>`;
  return `"${name.replace(/["\\]/g, '\\$&')}" <${address}>`;
}

/** Several mailboxes, separated by commas. */
export function mailboxList(addresses: readonly MailAddress[]): string {
  return addresses.map(mailboxText).join(', ');
}
