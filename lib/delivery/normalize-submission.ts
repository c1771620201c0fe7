import { cleanText } from '../contract/clean-text.js';
import { OUTCOMES, type DeliveryFailure, type RecipientOutcome } from '../contract/outcome.js';
import {
  accepted,
  deliveryFailure,
  rejected,
  unknown,
  unsent,
  type FailureInput,
  type Submission,
} from '../contract/submission.js';

const FAILED = { rejected, unsent, unknown } as const;

type Recipients = readonly RecipientOutcome[] | undefined;

/** What of a failure is taken over besides its code and its words, and when. */
const FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  category: isOneOf<DeliveryFailure['category']>([
    'auth',
    'quota',
    'rate-limit',
    'network',
    'timeout',
    'validation',
    'suppressed',
    'server-error',
    'unavailable',
    'unsupported',
    'configuration',
    'unknown',
  ]),
  scope: isOneOf<DeliveryFailure['scope']>([
    'network',
    'provider',
    'sender',
    'recipient',
    'message',
  ]),
  retryable: (value) => typeof value === 'boolean',
  statusCode: Number.isSafeInteger,
  retryAfterMs: (value) => typeof value === 'number' && value >= 0,
};

/**
 * What a provider returned, as it was meant to be: failures complete and cleaned, nothing besides. What
 * says no outcome, or contradicts itself, is `unknown`, since the message may have left.
 */
export function normalizeSubmission(given: unknown, secrets: readonly string[]): Submission {
  if (!isObject(given)) return invalid('an outcome');
  const { failure, messageId, outcome, recipients } = given;
  const each = Array.isArray(recipients)
    ? recipients.map((recipient) => recipientOf(recipient, secrets))
    : undefined;
  if (!isWhole(each)) return invalid('an address and an outcome for each recipient');
  if (outcome === 'accepted')
    return withResponse(acceptance(messageId, each), given['response'], secrets);
  if (outcome !== 'rejected' && outcome !== 'unsent' && outcome !== 'unknown') {
    return invalid('an outcome');
  }
  const why = failureOf(failure, secrets);
  if (why === undefined) return invalid('why a message failed');
  return withResponse(failed(outcome, why, each), given['response'], secrets);
}

/** The submission of a provider that did not return what it should have. */
export function invalid(what: string): Submission {
  return unknown({ code: 'INVALID_SUBMISSION', message: `the provider did not return ${what}` });
}

function acceptance(messageId: unknown, each: Recipients): Submission {
  const isTaken = each === undefined || has(each, 'accepted');
  return isTaken
    ? accepted(typeof messageId === 'string' ? messageId : undefined, each)
    : invalid('an accepted recipient of a message that it accepted');
}

function failed(outcome: keyof typeof FAILED, why: FailureInput, each: Recipients): Submission {
  if (each === undefined) return FAILED[outcome](why);
  const mayBeTaken = has(each, 'accepted') || has(each, 'unknown');
  return mayBeTaken && outcome !== 'unknown'
    ? invalid('the same outcome for a message and for its recipients')
    : { ...FAILED[outcome](why), recipients: each };
}

/** The submission, which nobody has yet, with the server's last words where the provider gave them. */
function withResponse(
  submission: Submission & { response?: string },
  response: unknown,
  secrets: readonly string[],
): Submission {
  if (typeof response === 'string') submission.response = cleanText(response, secrets);
  return submission;
}

function failureOf(failure: unknown, secrets: readonly string[]): FailureInput | undefined {
  if (!isObject(failure)) return undefined;
  const { code, message } = failure;
  if (typeof code !== 'string' || typeof message !== 'string') return undefined;
  const fields = Object.keys(FIELDS).filter((field) => FIELDS[field]?.(failure[field]));
  return {
    ...Object.fromEntries(fields.map((field) => [field, failure[field]])),
    code: cleanText(code, secrets),
    message: cleanText(message, secrets),
  };
}

function recipientOf(recipient: unknown, secrets: readonly string[]): RecipientOutcome | undefined {
  if (!isObject(recipient)) return undefined;
  const { address } = recipient;
  const outcome = OUTCOMES.find((known) => known === recipient['outcome']);
  if (typeof address !== 'string' || outcome === undefined) return undefined;
  const why = failureOf(recipient['failure'], secrets);
  if (why === undefined || outcome === 'accepted') return { address, outcome };
  const failure = deliveryFailure(why, 'recipient', outcome === 'unsent');
  return { address, outcome, failure };
}

function isWhole(
  recipients: readonly (RecipientOutcome | undefined)[] | undefined,
): recipients is Recipients {
  return recipients === undefined || !recipients.includes(undefined);
}

function has(recipients: readonly RecipientOutcome[], outcome: RecipientOutcome['outcome']) {
  return recipients.some((recipient) => recipient.outcome === outcome);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isOneOf<T extends string>(values: readonly T[]) {
  return (value: unknown) => values.some((each) => each === value);
}
