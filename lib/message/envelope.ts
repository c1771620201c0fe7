import type { MailAddress } from './mail-address.js';
import type { OutgoingEmail } from './outgoing-email.js';

/**
 * Everyone who gets the message, each once: to, cc and bcc, in that order. Two addresses are the same when
 * only the case of the domain differs; the local part is the receiving server's to read (RFC 5321, 2.4).
 * Only those of `envelopeTo` where the others have their outcome already.
 */
export function envelopeRecipients(
  email: Pick<OutgoingEmail, 'to' | 'cc' | 'bcc' | 'envelopeTo'>,
): string[] {
  if (email.envelopeTo !== undefined) return [...email.envelopeTo];
  const recipients = new Map<string, string>();
  for (const field of [email.to, email.cc, email.bcc]) {
    for (const { address } of field) {
      const key = mailboxKey(address);
      if (!recipients.has(key)) recipients.set(key, address);
    }
  }
  return [...recipients.values()];
}

function mailboxKey(address: MailAddress['address']): string {
  const at = address.lastIndexOf('@');
  return address.slice(0, at) + address.slice(at).toLowerCase();
}
