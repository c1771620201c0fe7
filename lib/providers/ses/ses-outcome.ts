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
import type { SesResult, SesUnmade } from '../../transport/ses/ses-call.js';
import { sesErrorType } from '../../transport/ses/ses-error-type.js';
import { answerJson, beginsLikeJson, isJsonObject } from '../api/answer-json.js';
import { faultOutcome, statusOutcome, unexpectedAnswer } from '../api/api-outcome.js';
import { retryAfterMs } from '../api/retry-after.js';
import { ENTRY_STATUSES, ERROR_TYPES, OTHER_STATUS, type SesMeaning } from './ses-errors.js';

/** What the result of a `SendEmail` call means for its message. */
export function messageOutcome(result: SesResult): Submission {
  const refusal = refusalOf(result);
  if ('outcome' in refusal) return refusal;
  if (!refusal.isComplete) return beginsLikeJson(refusal) ? accepted() : unexpectedAnswer(refusal);
  const body = answerJson(refusal);
  const id = isJsonObject(body) ? body['MessageId'] : undefined;
  return typeof id === 'string' && id !== '' ? accepted(id) : unexpectedAnswer(refusal);
}

/** What the result of a `SendBulkEmail` call means for each of its `count` messages, in their order. */
export function bulkOutcomes(result: SesResult, count: number): readonly Submission[] {
  const refusal = refusalOf(result);
  if ('outcome' in refusal) return sameForAll(refusal, count);
  // A cut answer says that the call was taken, but not which of its messages were.
  const body = answerJson(refusal);
  const entries = isJsonObject(body) ? body['BulkEmailEntryResults'] : undefined;
  if (!Array.isArray(entries) || entries.length !== count) {
    return sameForAll(unexpectedAnswer(refusal), count);
  }
  return entries.map((entry: unknown) => entryOutcome(entry, refusal));
}

/** The outcome of a call that was not answered with a success; else its answer. */
function refusalOf(result: SesResult): Submission | HttpAnswer {
  if (result.kind === 'unmade') return unmadeOutcome(result);
  if (result.kind === 'fault') return faultOutcome(result);
  if (result.status === 200) return result;
  if (result.status > 200 && result.status < 300) return unexpectedAnswer(result);
  return errorOutcome(result);
}

function entryOutcome(entry: unknown, answer: HttpAnswer): Submission {
  if (!isJsonObject(entry)) return unexpectedAnswer(answer);
  const { Status: status, MessageId: id, Error: error } = entry;
  if (status === 'SUCCESS') {
    return typeof id === 'string' && id !== '' ? accepted(id) : accepted();
  }
  if (typeof status !== 'string' || status === '') return unexpectedAnswer(answer);
  const message = typeof error === 'string' ? error : 'SES did not take the message';
  return submission(ENTRY_STATUSES.get(status) ?? OTHER_STATUS, { code: status, message });
}

/** Decided by type where the type is known: one status stands for several of them. */
function errorOutcome(answer: HttpAnswer): Submission {
  const { status } = answer;
  const body = answerJson(answer);
  const type = sesErrorType(answer);
  const failure = { code: type ?? `HTTP_${status}`, message: errorText(body, status) };
  const known = type !== undefined && status < 500 ? ERROR_TYPES.get(type) : undefined;
  if (known === undefined) return statusOutcome(answer, failure);
  const wait = retryAfterMs(answer.headers['retry-after']);
  const waiting = wait === undefined ? {} : { retryAfterMs: wait };
  return submission(known, { ...failure, statusCode: status, ...waiting });
}

function errorText(body: unknown, status: number): string {
  const text = isJsonObject(body) ? (body['message'] ?? body['Message']) : undefined;
  return typeof text === 'string' && text !== '' ? text : `SES answered with status ${status}`;
}

function unmadeOutcome({ code }: SesUnmade): Submission {
  const isAuth = /credential|token|sso|sts|role|profile/i.test(code);
  return unsent({
    code,
    category: isAuth ? 'auth' : 'configuration',
    retryable: false,
    message: isAuth
      ? 'no AWS credentials were found: set providers.ses.credentials or the default credential chain'
      : 'the AWS SDK could not make the request',
  });
}

function submission({ outcome, ...meaning }: SesMeaning, failure: FailureInput): Submission {
  return { rejected, unsent, unknown }[outcome]({ ...meaning, ...failure });
}
