import { REFUSED_TOGETHER, unsent, type Submission } from '../../contract/submission.js';

const HELD_BACK = unsent({
  code: REFUSED_TOGETHER,
  message: 'it could not go out in one call with its neighbours',
});

/**
 * What `sendBatch` says of a message that surely was not taken, only because it shared a call: it is sent
 * again without those that have a result of their own; where none has, in two halves.
 */
export function heldBack(): Submission {
  return HELD_BACK;
}
