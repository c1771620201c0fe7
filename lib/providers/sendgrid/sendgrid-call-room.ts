import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { sendGridContent } from './sendgrid-content.js';
import { MAX_SUBSTITUTIONS } from './sendgrid-limits.js';
import { sendGridUnique } from './sendgrid-personalization.js';

/**
 * What one call still takes of what no planner counts: "each unique email address in the personalizations
 * array should only be included once", and 10,000 substitutions in all (page "Mail Send: Errors").
 */
export class CallRoom {
  readonly #mailboxes = new Set<string>();
  #substitutions = 0;

  /** Whether the message still fits; then it counts. */
  takes(email: OutgoingEmail): boolean {
    const mailboxes = sendGridUnique(email);
    const substitutions = Object.keys(sendGridContent(email).substitutions ?? {}).length;
    const isTooMany =
      this.#substitutions > 0 && this.#substitutions + substitutions > MAX_SUBSTITUTIONS;
    if (isTooMany || mailboxes.some((each) => this.#mailboxes.has(each))) return false;
    for (const each of mailboxes) this.#mailboxes.add(each);
    this.#substitutions += substitutions;
    return true;
  }
}
