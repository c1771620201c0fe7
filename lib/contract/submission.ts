import { cleanText } from './clean-text.js';
import type { DeliveryFailure, RecipientOutcome } from './outcome.js';

/** What a provider says of one message. */
export type Submission =
  | {
      readonly outcome: 'accepted';
      /** The provider's own id of the message, by which its support and its events know it. */
      readonly messageId?: string;
      /** The server's last words, such as its queue id: cleaned, at most 500 characters. */
      readonly response?: string;
      /** Where the recipients differ: each with its own outcome. At least one is `accepted`. */
      readonly recipients?: readonly RecipientOutcome[];
    }
  | {
      readonly outcome: 'rejected' | 'unsent' | 'unknown';
      readonly failure: DeliveryFailure;
      /** The server's last words: cleaned, at most 500 characters. */
      readonly response?: string;
      /** Where the recipients differ, none of them `accepted`. */
      readonly recipients?: readonly RecipientOutcome[];
    };

/** A failure as a provider writes it: `code` and `message` are required, the rest has defaults. */
export type FailureInput = Pick<DeliveryFailure, 'code' | 'message'> & Partial<DeliveryFailure>;

/** The provider took responsibility. */
export function accepted(
  messageId?: string,
  recipients?: readonly RecipientOutcome[],
): Submission & { outcome: 'accepted' } {
  // Made for every message: spreading takes several times as long.
  const submission: Mutable<Submission & { outcome: 'accepted' }> = { outcome: 'accepted' };
  if (messageId !== undefined) submission.messageId = messageId;
  if (recipients !== undefined) submission.recipients = recipients;
  return submission;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Surely not taken, because of the message or its recipients. Defaults: scope `message`, not retryable. */
export function rejected(failure: FailureInput): Submission {
  return { outcome: 'rejected', failure: deliveryFailure(failure, 'message', false) };
}

/** Surely not taken, for a reason that is not the message's. Defaults: scope `provider`, retryable. */
export function unsent(failure: FailureInput): Submission {
  return { outcome: 'unsent', failure: deliveryFailure(failure, 'provider', true) };
}

/** It may have been taken. Defaults: scope `provider`, not retryable. */
export function unknown(failure: FailureInput): Submission {
  return { outcome: 'unknown', failure: deliveryFailure(failure, 'provider', false) };
}

/** The results of so many messages that had the same one. */
export function sameForAll(submission: Submission, count: number): readonly Submission[] {
  return count === 1 ? [submission] : Array.from({ length: count }, () => submission);
}

/** The code of a message that was refused only because it shared a call with one that was. */
export const REFUSED_TOGETHER = 'REFUSED_TOGETHER';

/** Whether a message was refused only because of others in its call: surely not taken, and sent again. */
export function isHeldBack(submission: Submission): boolean {
  return submission.outcome === 'unsent' && submission.failure.code === REFUSED_TOGETHER;
}

/**
 * The results of a call that was refused as a whole, nothing of it taken. `culprit` is the position of
 * the message that the provider names; where it names none, the call is halved until it is found.
 */
export function refusedTogether(
  count: number,
  failure: FailureInput,
  culprit?: number,
): readonly Submission[] {
  const message = 'the call was refused because of another message';
  return Array.from({ length: count }, (_, at) =>
    at === culprit || culprit === undefined
      ? rejected(failure)
      : unsent({ code: REFUSED_TOGETHER, message }),
  );
}

/** Fills in what a failure leaves open, and makes its words fit for errors and logs. */
export function deliveryFailure(
  input: FailureInput,
  scope: DeliveryFailure['scope'],
  retryable: boolean,
): DeliveryFailure {
  return {
    category: 'unknown',
    scope,
    retryable,
    ...input,
    code: cleanText(input.code),
    message: cleanText(input.message),
  };
}
