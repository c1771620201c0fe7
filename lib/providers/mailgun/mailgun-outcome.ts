import { accepted, rejected, unsent, type Submission } from '../../contract/submission.js';
import type { HttpAnswer } from '../../transport/http/http-result.js';
import { answerJson, beginsLikeJson, isJsonObject } from '../api/answer-json.js';
import { statusOutcome, unexpectedAnswer } from '../api/api-outcome.js';
import { retryAfterMs } from '../api/retry-after.js';
import { refusalOf, waitMs } from './mailgun-refusals.js';

/** What Mailgun answers, with 200, to a path that it does not know. */
const NOT_THE_API = 'Mailgun Magnificent API';

/** Seen instead of 429 where too many recipients were sent to. */
const ENHANCE_YOUR_CALM = 420;

/**
 * What Mailgun's answer means, for all messages of the call alike: it takes all of them, under one id, or
 * none. It has no codes, only words, which are read as loosely as they vary.
 */
export function mailgunOutcome(answer: HttpAnswer): Submission {
  if (answer.status === 200) return taken(answer);
  const { status } = answer;
  if (status >= 200 && status < 300) return unexpectedAnswer(answer);
  const message = words(answer);
  const code = `HTTP_${status}`;
  const inWords = waitMs(message);
  if (status === ENHANCE_YOUR_CALM || (inWords !== undefined && status < 500)) {
    const wait = inWords ?? retryAfterMs(answer.headers['retry-after']);
    const waiting = wait === undefined ? {} : { retryAfterMs: wait };
    return unsent({ code, message, category: 'rate-limit', statusCode: status, ...waiting });
  }
  const refusal = refusalOf(status, message);
  if (refusal === undefined) return statusOutcome(answer, { code, message });
  const { outcome, ...kind } = refusal;
  return { rejected, unsent }[outcome]({ code, message, statusCode: status, ...kind });
}

function taken(answer: HttpAnswer): Submission {
  if (answer.body.trim() === NOT_THE_API) {
    return unsent({
      code: 'NOT_THE_API',
      category: 'configuration',
      retryable: false,
      message: 'Mailgun does not know this path: baseUrl or domain is wrong',
      statusCode: answer.status,
    });
  }
  if (!answer.isComplete && beginsLikeJson(answer)) return accepted();
  const json = answerJson(answer);
  if (!isJsonObject(json)) return unexpectedAnswer(answer);
  const { id, message } = json;
  const isQueued = typeof message === 'string' && message.startsWith('Queued');
  return isQueued && typeof id === 'string' && id !== '' ? accepted(id) : unexpectedAnswer(answer);
}

function words(answer: HttpAnswer): string {
  const json = answerJson(answer);
  const said = isJsonObject(json) ? json['message'] : json;
  return typeof said === 'string' && said !== '' ? said : `the answer has status ${answer.status}`;
}
