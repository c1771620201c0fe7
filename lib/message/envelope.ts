import type { MailAddress } from './mail-address.js';
import type { OutgoingEmail } from './outgoing-email.js';

/** The recipients of a message by field. */
export type Recipients = Pick<OutgoingEmail, 'to' | 'cc' | 'bcc'>;

/**
 * Everyone who gets the message, each once: to, cc and bcc, in that order. Two addresses are the same when
 * only the case of the domain differs; the local part is the receiving server's to read (RFC 5321, 2.4).
 * Only those of `envelopeTo` where the others have their outcome already.
 */
export function envelopeRecipients(
  email: Recipients & Pick<OutgoingEmail, 'envelopeTo'>,
): string[] {
  if (email.envelopeTo !== undefined) return [...email.envelopeTo];
  const { to, cc, bcc } = recipientsOnce(email);
  return [...to, ...cc, ...bcc].map(({ address }) => address);
}

/** The email with nobody in to, cc and bcc who is not in `envelopeTo`, where that is set. */
export function onlyToEnvelope(email: OutgoingEmail): OutgoingEmail {
  if (email.envelopeTo === undefined) return email;
  const wanted = new Set(email.envelopeTo.map((address) => mailboxKey({ address })));
  const isWanted = (mailbox: MailAddress) => wanted.has(mailboxKey(mailbox));
  const { to, cc, bcc } = email;
  return { ...email, to: to.filter(isWanted), cc: cc.filter(isWanted), bcc: bcc.filter(isWanted) };
}

/**
 * The recipients by field, each mailbox once over all of them: in the first field that has it. For services
 * that send a copy for each entry of their fields.
 *
 * @param key what two addresses of one mailbox have in common
 */
export function recipientsOnce(email: Recipients, key = mailboxKey): Recipients {
  const { to, cc, bcc } = email;
  if (to.length + cc.length + bcc.length < 2) return email;
  const seen = new Set<string>();
  return { to: onceIn(to, seen, key), cc: onceIn(cc, seen, key), bcc: onceIn(bcc, seen, key) };
}

/** A list with each mailbox once, where it first stands. */
export function mailboxesOnce(addresses: readonly MailAddress[]): readonly MailAddress[] {
  return addresses.length < 2 ? addresses : onceIn(addresses, new Set(), mailboxKey);
}

function onceIn(
  addresses: readonly MailAddress[],
  seen: Set<string>,
  key: (mailbox: MailAddress) => string,
): readonly MailAddress[] {
  return addresses.filter((mailbox) => {
    const before = seen.size;
    return seen.add(key(mailbox)).size > before;
  });
}

function mailboxKey({ address }: MailAddress): string {
  const at = address.lastIndexOf('@');
  return address.slice(0, at) + address.slice(at).toLowerCase();
}
