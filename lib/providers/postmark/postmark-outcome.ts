import { accepted, rejected, type Submission } from '../../contract/submission.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import type { HttpAnswer } from '../../transport/http/http-result.js';
import { answerJson, beginsLikeJson, isJsonObject, type JsonObject } from '../api/answer-json.js';
import { statusOutcome, unexpectedAnswer } from '../api/api-outcome.js';
import { heldBack } from '../api/held-back.js';
import { retryAfterMs } from '../api/retry-after.js';
import { refusalOf } from './postmark-error-codes.js';
import { recipientOutcomes } from './postmark-recipients.js';

/** Statuses that only wrap the ErrorCode, which is a namespace of its own; the others speak for themselves. */
const WRAPPERS: ReadonlySet<number> = new Set([400, 422]);

/** A refusal, also in an answer that was cut. */
const REFUSAL = /"ErrorCode"\s*:\s*[1-9]/;

const UNAVAILABLE = 503;
const MAINTENANCE = 100;

/**
 * What Postmark's answer means for each message of the call. A batch has a result for each (also in a 200:
 * a failed entry has an ErrorCode); a refused call has one for all, and surely nothing of it was taken.
 */
export function postmarkOutcomes(
  answer: HttpAnswer,
  emails: readonly OutgoingEmail[],
): readonly Submission[] {
  if (answer.status === 200) return taken(answer, emails);
  const refusal = refused(answer);
  // Which message it was is not said; the others are to go.
  const isShared = emails.length > 1 && refusal.outcome === 'rejected';
  return emails.map(() => (isShared ? heldBack() : refusal));
}

function taken(answer: HttpAnswer, emails: readonly OutgoingEmail[]): readonly Submission[] {
  const json = answerJson(answer);
  const [email] = emails;
  if (email !== undefined && emails.length === 1) {
    // A 200 for a single message is a yes by itself: what is refused gets another status.
    const isCutYes = !answer.isComplete && beginsLikeJson(answer) && !REFUSAL.test(answer.body);
    return [isCutYes ? accepted() : entryOutcome(json, email, answer)];
  }
  if (!Array.isArray(json) || json.length !== emails.length) {
    return emails.map(() => unexpectedAnswer(answer));
  }
  return emails.map((each, at) => entryOutcome(json[at], each, answer));
}

function entryOutcome(entry: unknown, email: OutgoingEmail, answer: HttpAnswer): Submission {
  if (!isJsonObject(entry)) return unexpectedAnswer(answer);
  const { ErrorCode: code = 0, MessageID: id, Message: message } = entry;
  if (code !== 0) return coded(entry, answer) ?? unexpectedAnswer(answer);
  if (typeof id !== 'string' || id === '') return unexpectedAnswer(answer);
  const recipients = recipientOutcomes(email, message);
  if (recipients === undefined) return accepted(id);
  return recipients.some(({ outcome }) => outcome === 'accepted')
    ? accepted(id, recipients)
    : { ...rejected(recipients[0]!.failure!), recipients };
}

function refused(answer: HttpAnswer): Submission {
  const json = answerJson(answer);
  const error = isJsonObject(json) ? json : {};
  // Maintenance is Postmark's own word, not that of a proxy before it.
  const isOwnWord = answer.status === UNAVAILABLE && error['ErrorCode'] === MAINTENANCE;
  if (WRAPPERS.has(answer.status) || isOwnWord) {
    const submission = coded(error, answer);
    if (submission !== undefined) return submission;
  }
  return answer.status >= 200 && answer.status < 300
    ? unexpectedAnswer(answer)
    : statusOutcome(answer, {
        code: codeName(error['ErrorCode']) ?? `HTTP_${answer.status}`,
        message: words(error, answer),
      });
}

/** What an ErrorCode other than 0 means; `undefined` for what is none. */
function coded(entry: JsonObject, answer: HttpAnswer): Submission | undefined {
  const { ErrorCode: number } = entry;
  const code = codeName(number);
  if (code === undefined) return undefined;
  const message = words(entry, answer);
  const { outcome, ...kind } = refusalOf(Number(number), message);
  const wait = retryAfterMs(answer.headers['retry-after']);
  return outcome({
    code,
    message,
    statusCode: answer.status,
    ...kind,
    ...(wait !== undefined && { retryAfterMs: wait }),
  });
}

function codeName(code: unknown): string | undefined {
  return Number.isSafeInteger(code) && code !== 0 ? `POSTMARK_${code as number}` : undefined;
}

function words({ Message }: JsonObject, { status }: HttpAnswer): string {
  return typeof Message === 'string' && Message !== ''
    ? Message
    : `the answer has status ${status}`;
}
