import type { RecipientOutcome } from '../contract/outcome.js';
import type { Submission } from '../contract/submission.js';
import { envelopeRecipients } from '../message/envelope.js';
import type { OutgoingEmail } from '../message/outgoing-email.js';

/** The recipients that were refused for now, where those of the message differ. */
export function deferredRecipients({ recipients }: Submission): string[] {
  return (recipients ?? []).filter(isDeferred).map(({ address }) => address);
}

/**
 * The recipients that another attempt is for, where those of the message differ; empty where they do not.
 * Who has the message, may have it or was refused for good gets no further attempt.
 */
export function openRecipients(email: OutgoingEmail, submission: Submission): readonly string[] {
  const { outcome, recipients } = submission;
  if (recipients === undefined) return [];
  if (outcome === 'accepted') return deferredRecipients(submission);
  const told = new Map(recipients.map((each) => [each.address, each]));
  return envelopeRecipients(email).filter((address) => {
    const recipient = told.get(address);
    return recipient === undefined ? outcome === 'unsent' : isDeferred(recipient);
  });
}

/**
 * What became of a message whose deferred recipients were tried again: each recipient's last outcome.
 *
 * @param everyone the recipients of the message, of whom a `before` that is no acceptance may list a part
 */
export function mergeRecipients(
  before: Submission,
  after: Submission,
  triedAgain: readonly string[],
  everyone: readonly string[] = [],
): Submission {
  const latest = new Map<string, RecipientOutcome>();
  if (before.outcome !== 'accepted') {
    for (const address of everyone) latest.set(address, recipientOf(address, before));
  }
  for (const each of before.recipients ?? []) latest.set(each.address, each);
  for (const address of triedAgain) latest.set(address, recipientOf(address, after));
  for (const each of after.recipients ?? []) latest.set(each.address, each);
  const recipients = [...latest.values()];
  const isAccepted = recipients.some(({ outcome }) => outcome === 'accepted');
  if (!isAccepted) return { ...after, recipients };
  const ids = [before, after].map((each) =>
    each.outcome === 'accepted' ? each.messageId : undefined,
  );
  const messageId = ids.find((id) => id !== undefined);
  const isWhole = recipients.every(({ outcome }) => outcome === 'accepted');
  return {
    outcome: 'accepted',
    ...(messageId !== undefined && { messageId }),
    ...(after.response !== undefined && { response: after.response }),
    ...(!isWhole && { recipients }),
  };
}

function recipientOf(address: string, submission: Submission): RecipientOutcome {
  if (submission.outcome === 'accepted') return { address, outcome: 'accepted' };
  return { address, outcome: submission.outcome, failure: submission.failure };
}

function isDeferred({ outcome, failure }: RecipientOutcome): boolean {
  return outcome === 'unsent' && failure?.retryable === true;
}
