import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { brevoContent } from './brevo-content.js';
import { MAX_CALL_PARAMS_BYTES } from './brevo-limits.js';

/** What one call still takes of what no planner counts: 1,000 KB of params over all versions. */
export class CallRoom {
  #bytes = 0;

  /** Whether the message still fits; then it counts. */
  takes(email: OutgoingEmail): boolean {
    const { params } = brevoContent(email);
    const bytes = params === undefined ? 0 : Buffer.byteLength(JSON.stringify(params));
    if (this.#bytes + bytes > MAX_CALL_PARAMS_BYTES) return false;
    this.#bytes += bytes;
    return true;
  }
}
