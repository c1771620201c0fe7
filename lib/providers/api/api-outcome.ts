import type { FailureCategory, FailureScope } from '../../contract/outcome.js';
import { rejected, unknown, unsent, type Submission } from '../../contract/submission.js';
import type { HttpAnswer, HttpFault } from '../../transport/http/http-result.js';
import { retryAfterMs } from './retry-after.js';

/** What a provider's own error body says, where it could be read. */
export interface ProviderError {
  /** The provider's code, or one of ours. */
  readonly code: string;
  readonly message: string;
}

/** How a status speaks of the message that was sent with it. */
interface StatusMeaning {
  readonly outcome: 'rejected' | 'unsent' | 'unknown';
  readonly category: FailureCategory;
  readonly scope: FailureScope;
  readonly retryable: boolean;
}

/**
 * The outcome of a request that got no answer: an incomplete request cannot have been processed, a
 * complete one may have been.
 */
export function faultOutcome({ code, mayHaveArrived, isAborted }: HttpFault): Submission {
  const category = isAborted ? 'timeout' : 'network';
  const failure = { code, category, scope: 'network' } as const;
  return mayHaveArrived
    ? unknown({
        ...failure,
        message: 'the connection broke, or time was up, before the answer came',
      })
    : unsent({ ...failure, message: 'the request could not be handed over' });
}

/**
 * The outcome that an answer other than success means, by its status (RFC 9110) where the provider's
 * description says nothing else. 500, 502 and 504 do not say what became of the request; nor does a 503
 * without Retry-After, which proxies also give for a connection that broke behind them.
 */
export function statusOutcome(answer: HttpAnswer, { code, message }: ProviderError): Submission {
  const wait = retryAfterMs(answer.headers['retry-after']);
  const { outcome, ...meaning } = statusMeaning(answer.status, wait);
  const failure = {
    code,
    message,
    statusCode: answer.status,
    ...meaning,
    ...(wait !== undefined && { retryAfterMs: wait }),
  };
  return { rejected, unsent, unknown }[outcome](failure);
}

/** A success whose body is not what the provider sends: nobody knows who answered. */
export function unexpectedAnswer({ status }: HttpAnswer): Submission {
  return unknown({
    code: 'UNEXPECTED_ANSWER',
    message: `the answer has status ${status}, but is not one that the provider gives`,
    statusCode: status,
  });
}

function statusMeaning(status: number, wait: number | undefined): StatusMeaning {
  const known = BY_STATUS.get(status);
  if (known !== undefined) return known;
  if (status === 503 && wait !== undefined) return notTaken('unavailable', true);
  if (status >= 300 && status < 400) return notTaken('configuration', false);
  if (status >= 400 && status < 500) {
    return { outcome: 'rejected', category: 'validation', scope: 'message', retryable: false };
  }
  return { ...notTaken('server-error', false), outcome: 'unknown' };
}

function notTaken(category: FailureCategory, retryable: boolean): StatusMeaning {
  return { outcome: 'unsent', category, scope: 'provider', retryable };
}

const NOT_NOW = notTaken('unavailable', true);
const NO_SUCH_API = notTaken('configuration', false);

const BY_STATUS: ReadonlyMap<number, StatusMeaning> = new Map([
  [401, notTaken('auth', false)],
  [402, notTaken('quota', false)],
  [403, notTaken('auth', false)],
  [404, NO_SUCH_API],
  [405, NO_SUCH_API],
  [406, NO_SUCH_API],
  [407, NO_SUCH_API],
  [408, NOT_NOW],
  // A conflict: the same may be under way.
  [409, { ...notTaken('unknown', false), outcome: 'unknown' }],
  [410, NO_SUCH_API],
  [415, NO_SUCH_API],
  [421, NOT_NOW],
  [425, NOT_NOW],
  [429, notTaken('rate-limit', true)],
]);
