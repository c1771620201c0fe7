import { cleanText } from '../../contract/clean-text.js';
import type { DeliveryFailure, RecipientOutcome } from '../../contract/outcome.js';
import { accepted, rejected, unknown, unsent, type Submission } from '../../contract/submission.js';
import { isFault } from '../../transport/smtp/smtp-result.js';
import type {
  SmtpAcceptance,
  SmtpFault,
  SmtpRefusal,
  SmtpResult,
} from '../../transport/smtp/smtp-result.js';
import { failureOf, replyFailure, type SmtpFailure } from './smtp-failure.js';

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
  const { messageId, secrets } = context;
  if (isFault(result)) return faultSubmission(result.error, secrets);
  const { accepted: taken, refused, failed: others } = result;
  const response = cleanText(result.response, secrets);
  if (refused.length === 0 && others === undefined) {
    return { outcome: 'accepted', messageId, response };
  }
  const recipients = [
    ...taken.map((address): RecipientOutcome => ({ address, outcome: 'accepted' })),
    ...recipientOutcomes(refused, secrets),
    ...(others === undefined ? [] : failedRecipients(others, secrets)),
  ];
  return { ...accepted(messageId, recipients), response };
}

function faultSubmission(fault: SmtpFault, secrets: readonly string[]): Submission {
  if (fault.refused !== undefined) return allRefused(fault.refused, secrets);
  const { outcome, failure } = cleaned(failureOf(fault), secrets);
  if (mayBeTaken(fault)) {
    const doubt = unknown({ ...failure, retryable: false });
    return { ...doubt, ...someRefused(fault, { outcome: 'unknown', failure }, secrets) };
  }
  const submission = failed(outcome, failure);
  return {
    ...submission,
    ...(fault.reason === 'reply' && { response: failure.message }),
    ...(outcome === 'unsent' && someRefused(fault, { outcome, failure }, secrets)),
  };
}

/** The recipients where some were refused before something else ended it for the others. */
function someRefused(
  { refusedBefore = [], left = [] }: SmtpFault,
  ofOthers: SmtpFailure,
  secrets: readonly string[],
): Pick<Submission, 'recipients'> {
  if (refusedBefore.length === 0) return {};
  const others = left.map((address) => ({ address, ...ofOthers }));
  return { recipients: [...recipientOutcomes(refusedBefore, secrets), ...others] };
}

/**
 * Nobody is left, each refused on its own. Only with every recipient rejected is the message: a refusal
 * for now, or one of us, says nothing against it.
 */
function allRefused(refused: readonly SmtpRefusal[], secrets: readonly string[]): Submission {
  const failures = refused.map((each) => cleaned(refusalFailure(each), secrets));
  const { outcome, failure } = failures.toSorted(byWeight)[0]!;
  return {
    ...failed(outcome, failure),
    response: failure.message,
    recipients: recipientOutcomes(refused, secrets),
  };
}

const WEIGHTS: readonly DeliveryFailure['scope'][] = ['provider', 'sender', 'recipient'];

/** First what may pass by itself, then what is not the recipients' fault; else the first one. */
function byWeight(a: SmtpFailure, b: SmtpFailure): number {
  return (
    Number(b.failure.retryable) - Number(a.failure.retryable) ||
    Number(a.outcome === 'rejected') - Number(b.outcome === 'rejected') ||
    WEIGHTS.indexOf(a.failure.scope) - WEIGHTS.indexOf(b.failure.scope)
  );
}

function failed(outcome: SmtpFailure['outcome'], failure: DeliveryFailure): Submission {
  return { rejected, unsent, unknown }[outcome](failure);
}

/** Nobody can tell whether the server has it: no answer, or one that makes no sense where it stands. */
function mayBeTaken({ stage, reason }: SmtpFault): boolean {
  if (stage === 'answer') return reason !== 'reply';
  // Replies out of step: what is read as the answer to one command may be that to another.
  return reason === 'out-of-step' && (stage === 'data' || stage === 'body');
}

function recipientOutcomes(
  refused: readonly SmtpRefusal[],
  secrets: readonly string[],
): RecipientOutcome[] {
  return refused.map((each) => ({
    address: each.recipient,
    ...cleaned(refusalFailure(each), secrets),
  }));
}

/** Those whose transaction ended by one fault for all of them, while others had been accepted. */
function failedRecipients(
  { recipients, error }: NonNullable<SmtpAcceptance['failed']>,
  secrets: readonly string[],
): RecipientOutcome[] {
  const submission = faultSubmission(error, secrets);
  const failure = 'failure' in submission && { failure: submission.failure };
  return recipients.map((address) => ({ address, outcome: submission.outcome, ...failure }));
}

function refusalFailure({ code, text, isForNow }: SmtpRefusal): SmtpFailure {
  const refusal = replyFailure('rcpt', code, text);
  if (isForNow !== true) return refusal;
  const failure = { ...refusal.failure, category: 'unavailable', retryable: true } as const;
  return { outcome: 'unsent', failure };
}

function cleaned({ outcome, failure }: SmtpFailure, secrets: readonly string[]): SmtpFailure {
  return { outcome, failure: { ...failure, message: cleanText(failure.message, secrets) } };
}
