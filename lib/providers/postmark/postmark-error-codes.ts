import type { DeliveryFailure } from '../../contract/outcome.js';
import { rejected, unsent } from '../../contract/submission.js';

/** What an ErrorCode says of the message: whose fault it is, and whether later may be better. */
export type PostmarkRefusal = Pick<DeliveryFailure, 'category' | 'scope' | 'retryable'> & {
  readonly outcome: typeof rejected | typeof unsent;
};

const INVALID: PostmarkRefusal = {
  outcome: rejected,
  category: 'validation',
  scope: 'message',
  retryable: false,
};
const INVALID_RECIPIENT: PostmarkRefusal = { ...INVALID, scope: 'recipient' };
const SENDER: PostmarkRefusal = {
  outcome: unsent,
  category: 'configuration',
  scope: 'sender',
  retryable: false,
};
const ACCOUNT: PostmarkRefusal = { ...SENDER, scope: 'provider' };

/** By https://postmarkapp.com/developer/api/overview#error-codes; what is not here is an invalid message. */
const BY_CODE: ReadonlyMap<number, PostmarkRefusal> = new Map([
  [10, { ...ACCOUNT, category: 'auth' }],
  [100, { ...ACCOUNT, category: 'unavailable', retryable: true }],
  [400, SENDER],
  [401, SENDER],
  // No credits are left.
  [405, { ...ACCOUNT, category: 'quota' }],
  [406, { ...INVALID_RECIPIENT, category: 'suppressed' }],
  [409, ACCOUNT],
  // The account is pending approval, or may not send.
  [412, { ...ACCOUNT, category: 'auth' }],
  [413, { ...ACCOUNT, category: 'auth' }],
  [429, { ...ACCOUNT, category: 'rate-limit', retryable: true }],
]);

const INVALID_EMAIL_REQUEST = 300;

/** What a refusal by that code means. Code 300 names the field, in quotes, only in its words. */
export function refusalOf(code: number, message: string): PostmarkRefusal {
  if (code === INVALID_EMAIL_REQUEST) {
    if (/'From'/i.test(message)) return SENDER;
    return /'(?:To|Cc|Bcc)'/i.test(message) ? INVALID_RECIPIENT : INVALID;
  }
  return BY_CODE.get(code) ?? INVALID;
}
