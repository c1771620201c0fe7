import type { FailureCategory } from '../../contract/outcome.js';
import {
  accepted,
  rejected,
  sameForAll,
  unknown,
  unsent,
  type FailureInput,
  type Submission,
} from '../../contract/submission.js';
import type { HttpAnswer } from '../../transport/http/http-result.js';
import { answerJson, beginsLikeJson, isJsonObject, type JsonObject } from '../api/answer-json.js';
import { statusOutcome, unexpectedAnswer } from '../api/api-outcome.js';
import { heldBack } from '../api/held-back.js';
import { retryAfterMs } from '../api/retry-after.js';

/** What was asked, as far as the answer needs it. */
export interface BrevoCall {
  /** Messages of the call. */
  readonly count: number;
  /** Whether none of them has another template than the others. */
  readonly hasOneTemplate: boolean;
  /** Its idempotency key, and whether an earlier call had it whose fate is unknown. */
  readonly key: { readonly isRepeated: boolean } | undefined;
}

const NO_TEMPLATE = 'document_not_found';

/** What is wrong with a message, or with one of a call; nothing was taken. */
const OF_A_MESSAGE: ReadonlySet<string> = new Set([
  'invalid_parameter',
  'missing_parameter',
  'out_of_range',
  NO_TEMPLATE,
  'unprocessable_entity',
]);

/** What is wrong with the account or the request as such, whatever the status. */
const OF_THE_ACCOUNT: Readonly<Record<string, FailureCategory>> = {
  unauthorized: 'auth',
  permission_denied: 'auth',
  reseller_permission_denied: 'auth',
  account_under_validation: 'auth',
  not_enough_credits: 'quota',
  method_not_allowed: 'configuration',
  not_acceptable: 'configuration',
};

/** An earlier call with the same key was taken. */
const SEEN_BEFORE = /^duplicate_(?:parameter|request)$/;

/**
 * What an answer of `POST /v3/smtp/email` means: one result for each message of the call, which Brevo
 * takes as a whole or not at all; it does not say which of them it refuses.
 */
export function brevoOutcomes(answer: HttpAnswer, call: BrevoCall): readonly Submission[] {
  const all = (submission: Submission) => sameForAll(submission, call.count);
  const { status } = answer;
  if (status === 201 || status === 202) return taken(answer, call.count);
  if (status >= 200 && status < 300) return all(unexpectedAnswer(answer));
  const failure = failureOf(answer);
  if (status < 400 || status >= 500 || status === 429) {
    return all(statusOutcome(withReset(answer), failure));
  }
  const code = failure.code.toLowerCase();
  if (SEEN_BEFORE.test(code) && call.key !== undefined) return all(seenBefore(call.key, failure));
  if (mayBeOfOne(call, answer, failure)) return all(heldBack());
  return all(refused(answer, code, failure));
}

/** The ids stand in the order of the versions. */
function taken(answer: HttpAnswer, count: number): readonly Submission[] {
  const all = (submission: Submission) => sameForAll(submission, count);
  if (!answer.isComplete)
    return all(beginsLikeJson(answer) ? accepted() : unexpectedAnswer(answer));
  const body = answerJson(answer);
  const ids = isJsonObject(body) ? idsOf(body, count) : [];
  if (ids.length !== count || !ids.every(isId)) return all(unexpectedAnswer(answer));
  return ids.map((id) => accepted(id));
}

function idsOf({ messageId, messageIds }: JsonObject, count: number): readonly unknown[] {
  if (count === 1 && messageId !== undefined) return [messageId];
  return Array.isArray(messageIds) ? messageIds : [];
}

function isId(id: unknown): id is string {
  return typeof id === 'string' && id !== '';
}

/** With a key that was never used before, the words must mean something else. */
function seenBefore(
  { isRepeated }: NonNullable<BrevoCall['key']>,
  failure: FailureInput,
): Submission {
  return isRepeated ? accepted() : unknown({ ...failure, category: 'validation' });
}

/** Whether the whole call may have been refused because of one of its messages, or for its size. */
function mayBeOfOne(
  { count, hasOneTemplate }: BrevoCall,
  { status, isComplete }: HttpAnswer,
  failure: FailureInput,
): boolean {
  if (count === 1) return false;
  if (status === 413 || (status === 400 && !isComplete)) return true;
  const code = failure.code.toLowerCase();
  if (code === NO_TEMPLATE && hasOneTemplate) return false;
  return OF_A_MESSAGE.has(code) && !isOfSender(failure);
}

function refused(answer: HttpAnswer, code: string, failure: FailureInput): Submission {
  const category = Object.hasOwn(OF_THE_ACCOUNT, code) ? OF_THE_ACCOUNT[code] : undefined;
  if (category !== undefined) return unsent({ ...failure, category, retryable: false });
  if (!OF_A_MESSAGE.has(code)) return statusOutcome(answer, failure);
  return isOfSender(failure)
    ? unsent({ ...failure, category: 'validation', scope: 'sender', retryable: false })
    : rejected({ ...failure, category: 'validation' });
}

/** Brevo has no code for a sender that it does not know: `valid sender email required`. */
function isOfSender({ message }: FailureInput): boolean {
  return /\bsender\b/i.test(message);
}

function failureOf(answer: HttpAnswer): FailureInput {
  const body = answerJson(answer);
  const { code, message } = isJsonObject(body) ? body : {};
  const { status } = answer;
  return {
    code: typeof code === 'string' && code !== '' ? code : `HTTP_${status}`,
    message:
      typeof message === 'string' && message !== ''
        ? message
        : `Brevo answered with status ${status}`,
    statusCode: status,
  };
}

/** A rate limit says in seconds when it ends. */
function withReset(answer: HttpAnswer): HttpAnswer {
  const { status, headers } = answer;
  const reset = headers['x-sib-ratelimit-reset'];
  const isSettled = retryAfterMs(headers['retry-after']) !== undefined;
  return status !== 429 || reset === undefined || isSettled
    ? answer
    : { ...answer, headers: { ...headers, 'retry-after': reset } };
}
