import { isHeldBack, type Submission } from '../contract/submission.js';
import type { CallHealth } from './circuit-breaker.js';

/**
 * What the results of a call say of the provider. Refused messages, recipients and senders speak for it:
 * it answered. So does a rate limit, which is met with a pause. A key that is refused, or a quota that
 * is used up, speaks against every further call. What is held back while a call is divided says nothing; `undefined` where that
 * holds of all messages.
 */
export function callHealth(submissions: readonly Submission[]): CallHealth | undefined {
  let health: CallHealth | undefined = submissions.length === 0 ? 'well' : undefined;
  for (const submission of submissions) {
    const told = healthOf(submission);
    if (told === 'refusing-us') return told;
    if (told === 'unwell' || (told === 'well' && health === undefined)) health = told;
  }
  return health;
}

function healthOf(submission: Submission): CallHealth | undefined {
  if (submission.outcome === 'accepted' || submission.outcome === 'rejected') return 'well';
  if (isHeldBack(submission)) return undefined;
  const { scope, category } = submission.failure;
  if (scope !== 'network' && scope !== 'provider') return 'well';
  const isRefusal = category === 'auth' || category === 'quota';
  if (submission.outcome === 'unsent' && isRefusal) return 'refusing-us';
  return category === 'rate-limit' ? 'well' : 'unwell';
}

/** How long the provider as a whole asks to be left alone, in milliseconds; 0 when it does not. */
export function pauseAskedFor(submissions: readonly Submission[]): number {
  let longest = 0;
  for (const submission of submissions) {
    if (submission.outcome !== 'unsent' || submission.failure.scope !== 'provider') continue;
    longest = Math.max(longest, submission.failure.retryAfterMs ?? 0);
  }
  return longest;
}
