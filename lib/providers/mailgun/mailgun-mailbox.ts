import type { MailAddress } from '../../message/mail-address.js';
import { asciiMailbox, isPlainName, mailboxText } from '../api/mailbox-text.js';

/**
 * A mailbox as Mailgun takes it. A name outside ASCII that needs quotes comes encoded: Mailgun would encode
 * it with its quotes, which the recipients then see.
 */
export function mailgunMailbox(mailbox: MailAddress): string {
  return isPlainName(mailbox.name ?? '') ? mailboxText(mailbox) : asciiMailbox(mailbox);
}
