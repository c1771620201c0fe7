import {
  accepted,
  rejected,
  sameForAll,
  unsent,
  type FailureInput,
  type Submission,
} from '../../contract/submission.js';
import type { HttpAnswer } from '../../transport/http/http-result.js';
import { answerJson, isJsonObject } from '../api/answer-json.js';
import { statusOutcome, unexpectedAnswer } from '../api/api-outcome.js';
import { heldBack } from '../api/held-back.js';
import { isQuotaUsedUp } from '../api/quota-words.js';
import { retryAfterMs } from '../api/retry-after.js';

/** One error of a refusal: `field` is the place in the request, as in `personalizations.3.to.0.email`. */
interface SendGridError {
  readonly message: string;
  readonly field: string;
}

/** What was asked, as far as the answer needs it. */
export interface SendGridCall {
  /** Messages of the call. */
  readonly count: number;
  /** Whether it asked for the test mode, which answers 200. */
  readonly isSandbox: boolean;
}

/**
 * What an answer of `POST /v3/mail/send` means: one result for each message of the call, which SendGrid
 * takes as a whole or not at all. It has no error codes; the field says who is meant.
 */
export function sendGridOutcomes(
  answer: HttpAnswer,
  { count, isSandbox }: SendGridCall,
): readonly Submission[] {
  const all = (submission: Submission) => sameForAll(submission, count);
  if (answer.status === 202 || (answer.status === 200 && isSandbox)) return all(taken(answer));
  if (answer.status >= 200 && answer.status < 300) return all(unexpectedAnswer(answer));
  const errors = errorsOf(answer);
  const failure = failureOf(answer, errors);
  const ofAccount = accountRefusal(answer, errors);
  if (ofAccount !== undefined) return all(unsent({ ...failure, ...ofAccount, retryable: false }));
  if (count > 1 && mayBeOneMessage(answer, errors)) return dividedRefusal(answer, errors, count);
  return all(statusOutcome(withReset(answer), failure));
}

/** 202 has no body; the id of the call stands in a header. */
function taken(answer: HttpAnswer): Submission {
  const { status, headers, body, isComplete } = answer;
  const id = headers['x-message-id']?.trim();
  if (id !== undefined && id !== '') return accepted(id);
  const isForeign = /html/i.test(headers['content-type'] ?? '') || body.trimStart().startsWith('<');
  // The test mode keeps nothing, so there may be no id.
  const isTaken = isComplete ? status === 200 && body.trim() === '' : true;
  return isTaken && !isForeign ? accepted() : unexpectedAnswer(answer);
}

/** Whether the whole call may have been refused because of one of its messages, or for its size. */
function mayBeOneMessage(
  { status, isComplete }: HttpAnswer,
  errors: readonly SendGridError[],
): boolean {
  return status === 413 || (status === 400 && (!isComplete || errors.length > 0));
}

/** Those that the errors name are refused, or all by an error of what they share; the others go again. */
function dividedRefusal(
  answer: HttpAnswer,
  errors: readonly SendGridError[],
  count: number,
): readonly Submission[] {
  const shared = errors.filter(({ field }) => /^(?!personalizations\b)./.test(field));
  const failed = (some: readonly SendGridError[]) =>
    rejected({ ...failureOf(answer, some), category: 'validation', statusCode: answer.status });
  return Array.from({ length: count }, (_, at) => {
    if (shared.length > 0) return failed(shared);
    const own = errors.filter(({ field }) => field.startsWith(`personalizations.${at}.`));
    return own.length > 0 ? failed(own) : heldBack();
  });
}

/** Whether the call was refused because of the sender or the account, not of a message. */
function accountRefusal(
  { status }: HttpAnswer,
  errors: readonly SendGridError[],
): Pick<FailureInput, 'category' | 'scope'> | undefined {
  if ((status === 400 || status === 403) && errors.some(({ field }) => /^from\b/.test(field))) {
    return { category: 'validation', scope: 'sender' };
  }
  const isRefused = status === 401 || status === 403;
  if (isRefused && errors.some(({ message }) => isQuotaUsedUp(message))) {
    return { category: 'quota' };
  }
  // The account's data lives in another region.
  return status === 451 ? { category: 'configuration' } : undefined;
}

function failureOf(
  { status }: HttpAnswer,
  errors: readonly SendGridError[],
): Pick<FailureInput, 'code' | 'message' | 'statusCode'> {
  const words = errors.map(({ message, field }) =>
    field === '' ? message : `${field}: ${message}`,
  );
  return {
    code: `HTTP_${status}`,
    message: words.join('; ') || `SendGrid answered with status ${status}`,
    statusCode: status,
  };
}

function errorsOf(answer: HttpAnswer): readonly SendGridError[] {
  const body = answerJson(answer);
  const errors = isJsonObject(body) ? body['errors'] : undefined;
  if (!Array.isArray(errors)) return [];
  return errors.filter(isJsonObject).map(({ message, field }) => ({
    message: typeof message === 'string' ? message : '',
    field: typeof field === 'string' ? field : '',
  }));
}

/** A rate limit names the second at which it ends, where it says anything. */
function withReset(answer: HttpAnswer): HttpAnswer {
  const { status, headers } = answer;
  const reset = Number(headers['x-ratelimit-reset']);
  const isSettled = retryAfterMs(headers['retry-after']) !== undefined;
  if (status !== 429 || isSettled || !(reset > 0)) return answer;
  const seconds = Math.max(0, reset - Date.now() / 1000);
  return { ...answer, headers: { ...headers, 'retry-after': seconds.toFixed(3) } };
}
