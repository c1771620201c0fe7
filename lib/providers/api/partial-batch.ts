import { mapInTurns } from '../../contract/event-loop-turn.js';
import type { Submission } from '../../contract/submission.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { heldBack } from './held-back.js';

/** Counts what one call takes. */
export interface CallRoom {
  /** Whether the message still fits; then it counts. */
  takes(email: OutgoingEmail): boolean;
}

/**
 * Submits those messages of a batch that `takes` says fit into one call together; the others surely were
 * not taken and go out with the next. For limits that the planner cannot count.
 */
export async function submitFitting(
  emails: readonly OutgoingEmail[],
  takes: (email: OutgoingEmail) => boolean,
  submit: (fitting: readonly OutgoingEmail[]) => Promise<readonly Submission[]>,
): Promise<readonly Submission[]> {
  const fits = await mapInTurns(emails, takes);
  if (!fits.includes(false)) return submit(emails);
  const submissions = (await submit(emails.filter((_, at) => fits[at]))).values();
  return fits.map((each) => (each ? submissions.next().value! : heldBack()));
}
