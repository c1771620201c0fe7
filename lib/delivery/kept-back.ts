import { unsent, type Submission } from '../contract/submission.js';

const KEPT_BACK = 'PROVIDER_UNAVAILABLE';

/** The results of messages that are not tried since their provider is down or asked for a pause. */
export function keptBack(messages: readonly unknown[]): readonly Submission[] {
  const message = 'not tried: the provider failed before, or asked for a pause';
  return messages.map(() => unsent({ code: KEPT_BACK, category: 'unavailable', message }));
}

/** Whether a message was not tried, so that nothing is to be recorded of it. */
export function isKeptBack(submission: Submission): boolean {
  return submission.outcome === 'unsent' && submission.failure.code === KEPT_BACK;
}
