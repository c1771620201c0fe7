import { recipientsOnce } from '../../message/envelope.js';
import type { MailAddress } from '../../message/mail-address.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import type { SesDestination } from '../../transport/ses/ses-call.js';
import { asciiMailbox } from '../api/mailbox-text.js';

/** Who gets the message. In test mode mailboxes of the simulator, as many, and none of them real. */
export function sesDestination(email: OutgoingEmail, sandbox: boolean): SesDestination {
  const { to, cc, bcc } = recipientsOnce(email);
  const list = (field: string, mailboxes: readonly MailAddress[]) =>
    mailboxes.map((mailbox, at) => (sandbox ? simulator(field, at) : asciiMailbox(mailbox)));
  return {
    ...(to.length > 0 && { ToAddresses: list('to', to) }),
    ...(cc.length > 0 && { CcAddresses: list('cc', cc) }),
    ...(bcc.length > 0 && { BccAddresses: list('bcc', bcc) }),
  };
}

function simulator(field: string, at: number): string {
  return `success+${field}-${at}@simulator.amazonses.com`;
}
