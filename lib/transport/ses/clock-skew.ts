import type { HttpAnswer } from '../http/http-result.js';
import { sesErrorType } from './ses-error-type.js';

/** How AWS refuses a signature: also one that is right but for its time. */
const TYPES: ReadonlySet<string> = new Set([
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'RequestInTheFuture',
]);

// AWS takes what is signed within five minutes of its own time; both times are cut to seconds.
const TOLERANCE_MS = 4 * 60_000;

/**
 * Whether a request was refused for the time of its signature: then it surely was not taken, and signed
 * by the time of the answer it may be.
 *
 * @param signedAt the header `x-amz-date` of the request, as in `20260101T120000Z`
 */
export function isRefusedForItsTime(answer: HttpAnswer, signedAt: string): boolean {
  if (answer.status < 400 || answer.status >= 500) return false;
  if (!TYPES.has(sesErrorType(answer) ?? '')) return false;
  const answered = Date.parse(answer.headers['date'] ?? '');
  return Math.abs(answered - instant(signedAt)) > TOLERANCE_MS;
}

function instant(signedAt: string): number {
  return Date.parse(
    signedAt.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
}
