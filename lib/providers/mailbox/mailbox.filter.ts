import { domainToASCII } from 'node:url';
import type { CapturedMail } from './captured-mail.js';

/** Which captured mails are meant; all that is given must hold. */
export interface MailboxFilter {
  id?: string | undefined;
  /** An address of the envelope: of to, cc or bcc. */
  to?: string | undefined;
  /** The address of the sender. */
  from?: string | undefined;
  /** Part of the subject, or a pattern. */
  subject?: string | RegExp | undefined;
  tag?: string | undefined;
}

/** A filter as a question to one mail. Addresses match in any case, their domains in either form. */
export function matcherOf(filter: MailboxFilter): (mail: CapturedMail) => boolean {
  const { id, to, from, subject, tag } = filter;
  const conditions: Array<(mail: CapturedMail) => boolean> = [];
  if (id !== undefined) conditions.push((mail) => mail.id === id);
  if (to !== undefined) conditions.push((mail) => mail.envelope.to.some(sameAddressAs(to)));
  if (from !== undefined) conditions.push((mail) => sameAddressAs(from)(mail.from.address));
  if (subject !== undefined) conditions.push((mail) => matches(mail.subject ?? '', subject));
  if (tag !== undefined) conditions.push((mail) => mail.tags.includes(tag));
  return (mail) => conditions.every((holds) => holds(mail));
}

function matches(subject: string, wanted: string | RegExp): boolean {
  // `search` and not `test`, which remembers its position in a pattern with the flag `g`.
  return typeof wanted === 'string' ? subject.includes(wanted) : subject.search(wanted) !== -1;
}

function sameAddressAs(address: string): (other: string) => boolean {
  const wanted = comparable(address);
  return (other) => comparable(other) === wanted;
}

function comparable(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  return `${address.slice(0, at)}@${domainToASCII(domain) || domain}`.toLowerCase();
}
