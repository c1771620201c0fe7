import { sameForAll, unsent, type Submission } from '../contract/submission.js';

const KEPT_BACK = 'PROVIDER_UNAVAILABLE';

/**
 * The results of messages that are not tried since their provider is down or asked for a pause.
 *
 * @param retryAfterMs how long it will be left alone for sure
 */
export function keptBack(messages: readonly unknown[], retryAfterMs = 0): readonly Submission[] {
  const message = 'not tried: the provider failed before, or asked for a pause';
  const failure = { code: KEPT_BACK, category: 'unavailable', message } as const;
  return sameForAll(
    unsent(retryAfterMs > 0 ? { ...failure, retryAfterMs: Math.ceil(retryAfterMs) } : failure),
    messages.length,
  );
}

/** Whether a message was not tried, so that nothing is to be recorded of it. */
export function isKeptBack(submission: Submission): boolean {
  return submission.outcome === 'unsent' && submission.failure.code === KEPT_BACK;
}
