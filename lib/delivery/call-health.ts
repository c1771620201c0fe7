import type { Submission } from '../contract/submission.js';
import type { CallHealth } from './circuit-breaker.js';

/**
 * What the results of a call say of the provider. Refused messages, recipients and senders speak for it:
 * it answered. So does a rate limit, which is met with a pause. A key that is refused speaks against
 * every further call.
 */
export function callHealth(submissions: readonly Submission[]): CallHealth {
  let isUnwell = false;
  for (const submission of submissions) {
    if (submission.outcome === 'accepted' || submission.outcome === 'rejected') continue;
    const { scope, category } = submission.failure;
    if (scope !== 'network' && scope !== 'provider') continue;
    if (submission.outcome === 'unsent' && category === 'auth') return 'refusing-us';
    if (category !== 'rate-limit') isUnwell = true;
  }
  return isUnwell ? 'unwell' : 'well';
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
