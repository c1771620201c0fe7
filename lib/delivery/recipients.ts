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
  const latest = outcomesOf(before, before.outcome === 'accepted' ? [] : everyone);
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

/** What is known of each recipient: what the submission says of it, else what it says of the message. */
function outcomesOf(
  submission: Submission,
  everyone: readonly string[],
): Map<string, RecipientOutcome> {
  const known = new Map(everyone.map((address) => [address, recipientOf(address, submission)]));
  for (const each of submission.recipients ?? []) known.set(each.address, each);
  return known;
}

function recipientOf(address: string, submission: Submission): RecipientOutcome {
  if (submission.outcome === 'accepted') return { address, outcome: 'accepted' };
  return { address, outcome: submission.outcome, failure: submission.failure };
}

function isDeferred({ outcome, failure }: RecipientOutcome): boolean {
  return outcome === 'unsent' && failure?.retryable === true;
}
