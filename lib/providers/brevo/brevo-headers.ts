import type { MailAddress } from '../../message/mail-address.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { encodedWords } from '../../mime/header-text.js';
import { CORRELATION_KEY } from '../api/correlation.js';
import { priorityHeaders } from '../api/priority-headers.js';

/** What RFC 5322 has quotes for in a name. */
const SPECIALS = /[()<>@,;:\\".[\]]/;
const BEYOND_ASCII = /\P{ASCII}/u;

/**
 * The headers of a call: the message's own, those of its priority, and those by which Brevo is told the
 * rest. They are ASCII: Brevo writes others as they are, and also where they come encoded.
 *
 * @param id of a message that goes alone; those of a batch are known by the ids that Brevo gives back
 */
export function brevoHeaders(
  { headers, priority, metadata, stream }: OutgoingEmail,
  id: string | undefined,
  isSandbox: boolean,
): Record<string, string> {
  const known = { ...metadata, ...(id !== undefined && { [CORRELATION_KEY]: id }) };
  return {
    ...headers,
    ...priorityHeaders(priority),
    ...(Object.keys(known).length > 0 && { 'X-Mailin-custom': JSON.stringify(known) }),
    ...(stream !== undefined && { 'sender.ip': stream }),
    ...(isSandbox && { 'X-Sib-Sandbox': 'drop' }),
  };
}

/** Brevo loses a name that has both letters outside ASCII and marks, unless it comes encoded. */
export function brevoName(name: string): string {
  return BEYOND_ASCII.test(name) && SPECIALS.test(name) ? encodedWords(name).join(' ') : name;
}

/** A mailbox as Brevo takes it. */
export function brevoMailbox({ name, address }: MailAddress): { email: string; name?: string } {
  return { email: address, ...(name !== undefined && { name: brevoName(name) }) };
}
