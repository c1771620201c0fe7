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
import { NO_SIGV4A, type SesResult, type SesUnmade } from '../../transport/ses/ses-call.js';
import { FUNCTION_FAILED, NO_KEYS } from '../../transport/ses/ses-credentials.js';
import { sesErrorType } from '../../transport/ses/ses-error-type.js';
import { answerJson, beginsLikeJson, isJsonObject } from '../api/answer-json.js';
import { faultOutcome, statusOutcome, unexpectedAnswer } from '../api/api-outcome.js';
import { heldBack } from '../api/held-back.js';
import { retryAfterMs } from '../api/retry-after.js';
import { ENTRY_STATUSES, ERROR_TYPES, OTHER_STATUS, type SesMeaning } from './ses-errors.js';
import { withWords, type SesParties } from './ses-rejection.js';

/** What the result of a `SendEmail` call means for its message; without one of a call that sends nothing. */
export function messageOutcome(result: SesResult, message?: SesParties): Submission {
  const refusal = refusalOf(result, message);
  if ('outcome' in refusal) return refusal;
  if (!refusal.isComplete) return beginsLikeJson(refusal) ? accepted() : unexpectedAnswer(refusal);
  const body = answerJson(refusal);
  const id = isJsonObject(body) ? body['MessageId'] : undefined;
  return typeof id === 'string' && id !== '' ? accepted(id) : unexpectedAnswer(refusal);
}

/** What the result of a `SendBulkEmail` call means for each of its messages, in their order. */
export function bulkOutcomes(
  result: SesResult,
  messages: readonly SesParties[],
): readonly Submission[] {
  const count = messages.length;
  const refusal = refusalOf(result);
  if ('outcome' in refusal) return callOutcomes(refusal, result, messages);
  // A cut answer says that the call was taken, but not which of its messages were.
  const body = answerJson(refusal);
  const entries = isJsonObject(body) ? body['BulkEmailEntryResults'] : undefined;
  if (!Array.isArray(entries) || entries.length !== count) {
    return sameForAll(unexpectedAnswer(refusal), count);
  }
  return entries.map((entry: unknown, at) => entryOutcome(entry, refusal, messages[at]!));
}

/** A call is refused as a whole, also where it names a recipient of some of its messages. */
function callOutcomes(
  refusal: Submission,
  result: SesResult,
  messages: readonly SesParties[],
): readonly Submission[] {
  const own = messages.map((message) => refusalOf(result, message) as Submission);
  const isOfRecipient = own.map((each) => 'failure' in each && each.failure.scope === 'recipient');
  if (!isOfRecipient.includes(true)) return sameForAll(refusal, messages.length);
  return own.map((each, at) => (isOfRecipient[at] ? each : heldBack()));
}

/** The outcome of a call that was not answered with a success; else its answer. */
function refusalOf(result: SesResult, message?: SesParties): Submission | HttpAnswer {
  if (result.kind === 'unmade') return unmadeOutcome(result);
  if (result.kind === 'fault') return faultOutcome(result);
  if (result.status === 200) return result;
  if (result.status > 200 && result.status < 300) return unexpectedAnswer(result);
  return errorOutcome(result, message);
}

function entryOutcome(entry: unknown, answer: HttpAnswer, message: SesParties): Submission {
  if (!isJsonObject(entry)) return unexpectedAnswer(answer);
  const { Status: status, MessageId: id, Error: error } = entry;
  if (status === 'SUCCESS') {
    return typeof id === 'string' && id !== '' ? accepted(id) : accepted();
  }
  if (typeof status !== 'string' || status === '') return unexpectedAnswer(answer);
  const words = typeof error === 'string' ? error : 'SES did not take the message';
  const meaning = withWords(ENTRY_STATUSES.get(status) ?? OTHER_STATUS, words, message);
  return submission(meaning, { code: status, message: words });
}

/** Decided by type where the type is known: one status stands for several of them. */
function errorOutcome(answer: HttpAnswer, message: SesParties | undefined): Submission {
  const { status } = answer;
  const body = answerJson(answer);
  const type = sesErrorType(answer);
  const failure = { code: type ?? `HTTP_${status}`, message: errorText(body, status) };
  const known = type !== undefined && status < 500 ? ERROR_TYPES.get(type) : undefined;
  if (known === undefined) return statusOutcome(answer, failure);
  const wait = retryAfterMs(answer.headers['retry-after']);
  const waiting = wait === undefined ? {} : { retryAfterMs: wait };
  const meaning = withWords(known, failure.message, message);
  return submission(meaning, { ...failure, statusCode: status, ...waiting });
}

function errorText(body: unknown, status: number): string {
  const text = isJsonObject(body) ? (body['message'] ?? body['Message']) : undefined;
  return typeof text === 'string' && text !== '' ? text : `SES answered with status ${status}`;
}

const NO_CREDENTIALS =
  'no AWS credentials were found: set providers.ses.credentials or the default credential chain';

function unmadeOutcome({ code, message }: SesUnmade): Submission {
  if (code === NO_SIGV4A) {
    return unsent({
      code,
      category: 'configuration',
      // Messages without an EndpointId go.
      scope: 'message',
      retryable: false,
      message:
        'EndpointId needs a signer of the AWS SDK that is not loaded: npm install @aws-sdk/signature-v4a, ' +
        "and import '@aws-sdk/signature-v4a' where the application starts",
    });
  }
  if (code === FUNCTION_FAILED) {
    const text = 'the function providers.ses.credentials failed';
    return unsent({ code, category: 'unavailable', retryable: true, message: text });
  }
  if (code === NO_KEYS) {
    const text = 'the function providers.ses.credentials gave no accessKeyId and secretAccessKey';
    return unsent({ code, category: 'auth', retryable: false, message: text });
  }
  const isAuth = /credential|token|sso|sts|role|profile/i.test(code);
  return unsent({
    code,
    category: isAuth ? 'auth' : 'configuration',
    retryable: false,
    message: message ?? (isAuth ? NO_CREDENTIALS : 'the AWS SDK could not make the request'),
  });
}

function submission({ outcome, ...meaning }: SesMeaning, failure: FailureInput): Submission {
  return { rejected, unsent, unknown }[outcome]({ ...meaning, ...failure });
}
