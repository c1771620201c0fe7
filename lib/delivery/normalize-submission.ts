import { cleanText } from '../contract/clean-text.js';
import type { DeliveryFailure, RecipientOutcome } from '../contract/outcome.js';
import {
  accepted,
  rejected,
  unknown,
  unsent,
  type FailureInput,
  type Submission,
} from '../contract/submission.js';

const FAILED = { rejected, unsent, unknown } as const;

/**
 * What a provider returned, as it was meant to be: failures complete and cleaned, nothing besides. What
 * says no outcome is `unknown`, since the message may have left.
 */
export function normalizeSubmission(given: unknown, secrets: readonly string[]): Submission {
  if (typeof given !== 'object' || given === null) return invalid('an outcome');
  const { failure, messageId, outcome, recipients }: Partial<Record<string, unknown>> = given;
  const each = recipientsOf(recipients, secrets);
  if (outcome === 'accepted') {
    const isTaken =
      each === undefined || each.some((recipient) => recipient.outcome === 'accepted');
    if (!isTaken) return invalid('an accepted recipient of a message that it accepted');
    return accepted(typeof messageId === 'string' ? messageId : undefined, each);
  }
  if (outcome !== 'rejected' && outcome !== 'unsent' && outcome !== 'unknown') {
    return invalid('an outcome');
  }
  const why = failureOf(failure, secrets);
  if (why === undefined) return invalid('why a message failed');
  return { ...FAILED[outcome](why), ...(each !== undefined && { recipients: each }) };
}

/** The submission of a provider that did not return what it should have. */
export function invalid(what: string): Submission {
  return unknown({ code: 'INVALID_SUBMISSION', message: `the provider did not return ${what}` });
}

function failureOf(failure: unknown, secrets: readonly string[]): FailureInput | undefined {
  if (typeof failure !== 'object' || failure === null) return undefined;
  const { code, message }: Partial<DeliveryFailure> = failure;
  if (typeof code !== 'string' || typeof message !== 'string') return undefined;
  return { ...failure, code: cleanText(code, secrets), message: cleanText(message, secrets) };
}

function recipientsOf(
  recipients: unknown,
  secrets: readonly string[],
): readonly RecipientOutcome[] | undefined {
  if (!Array.isArray(recipients)) return undefined;
  return recipients.map(({ address, outcome, failure }: RecipientOutcome) => {
    const why = failureOf(failure, secrets);
    if (why === undefined) return { address, outcome };
    const submission =
      FAILED[outcome === 'rejected' || outcome === 'unknown' ? outcome : 'unsent'](why);
    return submission.outcome === 'accepted'
      ? { address, outcome }
      : { address, outcome, failure: submission.failure };
  });
}
