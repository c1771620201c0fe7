import type { RecipientOutcome } from '../../contract/outcome.js';
import { deliveryFailure } from '../../contract/submission.js';
import { envelopeRecipients } from '../../message/envelope.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';

// Postmark says so in prose only, with the addresses in lower case.
const INACTIVE = /will not deliver to these inactive addresses: (.+?)\. Inactive recipients are/is;

/**
 * One outcome for each recipient, where Postmark accepted the message but will not deliver it to some;
 * `undefined` where it says nothing of that kind.
 */
export function recipientOutcomes(
  email: OutgoingEmail,
  message: unknown,
): readonly RecipientOutcome[] | undefined {
  const list = typeof message === 'string' ? INACTIVE.exec(message)?.[1] : undefined;
  if (list === undefined) return undefined;
  const inactive = new Set(list.split(',').map((address) => address.trim().toLowerCase()));
  const recipients = envelopeRecipients(email);
  if (!recipients.some((address) => inactive.has(address.toLowerCase()))) return undefined;
  return recipients.map((address) =>
    inactive.has(address.toLowerCase())
      ? { address, outcome: 'rejected', failure: INACTIVE_RECIPIENT }
      : { address, outcome: 'accepted' },
  );
}

const INACTIVE_RECIPIENT = deliveryFailure(
  {
    code: 'POSTMARK_406',
    category: 'suppressed',
    message: 'Postmark marked the recipient as inactive, after a hard bounce or a spam complaint',
  },
  'recipient',
  false,
);
