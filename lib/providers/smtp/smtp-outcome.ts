import { cleanText } from '../../contract/clean-text.js';
import type { DeliveryFailure, RecipientOutcome } from '../../contract/outcome.js';
import { accepted, rejected, unknown, unsent, type Submission } from '../../contract/submission.js';
import { isFault } from '../../transport/smtp/smtp-result.js';
import type { SmtpFault, SmtpRefusal, SmtpResult } from '../../transport/smtp/smtp-result.js';
import { failureOf, isPermanent, replyFailure } from './smtp-failure.js';

/** What the mapping has to know besides the result. */
export interface OutcomeContext {
  /** Our own Message-ID: it is the one that reports and replies refer to. */
  readonly messageId: string;
  /** What no text may show. */
  readonly secrets: readonly string[];
}

/**
 * What became of a message, from the stage that it had reached. Before the final dot the server cannot
 * have taken it; from there on only a sensible reply tells, and without one it is `unknown`.
 */
export function submissionOf(result: SmtpResult, context: OutcomeContext): Submission {
  if (isFault(result)) return faultSubmission(result.error, context.secrets);
  const { accepted: taken, refused } = result;
  if (refused.length === 0) return accepted(context.messageId);
  return accepted(context.messageId, [
    ...taken.map((address): RecipientOutcome => ({ address, outcome: 'accepted' })),
    ...recipientOutcomes(refused, context.secrets),
  ]);
}

function faultSubmission(fault: SmtpFault, secrets: readonly string[]): Submission {
  const failure = cleaned(failureOf(fault), secrets);
  if (fault.refused !== undefined) return allRefused(fault.refused, failure, secrets);
  if (mayBeTaken(fault)) return unknown({ ...failure, retryable: false });
  return isMessageRefused(failure) ? rejected(failure) : unsent(failure);
}

/** With one recipient refused for now the message may still go; with all refused for good it may not. */
function allRefused(
  refused: readonly SmtpRefusal[],
  failure: DeliveryFailure,
  secrets: readonly string[],
): Submission {
  const isDeferred = refused.some(({ code }) => !isPermanent(code));
  const submission = isDeferred
    ? unsent({ ...failure, retryable: true })
    : rejected({ ...failure, retryable: false });
  return { ...submission, recipients: recipientOutcomes(refused, secrets) };
}

/** Nobody can tell whether the server has it: no answer, or one that makes no sense where it stands. */
function mayBeTaken({ stage, reason }: SmtpFault): boolean {
  if (stage === 'answer') return reason !== 'reply';
  // Replies out of step: what is read as the answer to one command may be that to another.
  return reason === 'out-of-step' && (stage === 'data' || stage === 'body');
}

/** For good, and because of the message itself or those it goes to. */
function isMessageRefused({ scope, retryable }: DeliveryFailure): boolean {
  return !retryable && (scope === 'message' || scope === 'recipient');
}

function recipientOutcomes(
  refused: readonly SmtpRefusal[],
  secrets: readonly string[],
): RecipientOutcome[] {
  return refused.map(({ recipient, code, text }) => ({
    address: recipient,
    outcome: isPermanent(code) ? 'rejected' : 'unsent',
    failure: cleaned(replyFailure('rcpt', code, text), secrets),
  }));
}

function cleaned(failure: DeliveryFailure, secrets: readonly string[]): DeliveryFailure {
  return { ...failure, message: cleanText(failure.message, secrets) };
}
