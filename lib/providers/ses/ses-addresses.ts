import type { MailAddress } from '../../message/mail-address.js';
import { isInternational } from '../../message/domain.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { encodedWords } from '../../mime/header-text.js';
import type { SesDestination } from '../../transport/ses/ses-call.js';
import { mailboxText } from '../api/mailbox-text.js';

/** A mailbox as SES takes it: in ASCII, a name outside of it as encoded words (RFC 2047). */
export function sesMailbox(mailbox: MailAddress): string {
  const { name, address } = mailbox;
  if (name === undefined || !isInternational(name)) return mailboxText(mailbox);
  return `${encodedWords(name).join(' ')} <${address}>`;
}

/** Who gets the message. In test mode mailboxes of the simulator, as many, and none of them real. */
export function sesDestination({ to, cc, bcc }: OutgoingEmail, sandbox: boolean): SesDestination {
  const list = (field: string, mailboxes: readonly MailAddress[]) =>
    mailboxes.map((mailbox, at) => (sandbox ? simulator(field, at) : sesMailbox(mailbox)));
  return {
    ...(to.length > 0 && { ToAddresses: list('to', to) }),
    ...(cc.length > 0 && { CcAddresses: list('cc', cc) }),
    ...(bcc.length > 0 && { BccAddresses: list('bcc', bcc) }),
  };
}

function simulator(field: string, at: number): string {
  return `success+${field}-${at}@simulator.amazonses.com`;
}
