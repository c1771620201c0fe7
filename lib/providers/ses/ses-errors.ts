import type { FailureInput } from '../../contract/submission.js';

/** What an error of SES says of a message: which outcome, and why. */
export type SesMeaning = Pick<FailureInput, 'category' | 'scope' | 'retryable'> & {
  readonly outcome: 'rejected' | 'unsent';
};

/** It sends too fast. */
export const THROTTLED: SesMeaning = meaning('rate-limit', true);
/** What the account may send in a day is used up. */
export const QUOTA: SesMeaning = meaning('quota', false);
const CREDENTIALS: SesMeaning = meaning('auth', false);
/** The account may not send. */
export const SUSPENDED: SesMeaning = meaning('auth', false);
/** Sending is switched off. */
export const PAUSED: SesMeaning = meaning('unavailable', false);
const SETUP: SesMeaning = meaning('configuration', false);
/** SES does not know the sender as one of this account. */
export const SENDER: SesMeaning = { ...SETUP, scope: 'sender' };
/** The message itself is refused. */
export const MESSAGE: SesMeaning = {
  outcome: 'rejected',
  category: 'validation',
  scope: 'message',
  retryable: false,
};

/**
 * What the error types of a refused call mean (SESv2 API reference; "Common errors" of the AWS APIs).
 * The status does not tell: 400 stands for a bad message as well as for sending too fast.
 */
export const ERROR_TYPES: ReadonlyMap<string, SesMeaning> = new Map([
  ['TooManyRequestsException', THROTTLED],
  ['ThrottlingException', THROTTLED],
  ['Throttling', THROTTLED],
  ['ThrottledException', THROTTLED],
  ['RequestThrottled', THROTTLED],
  ['RequestThrottledException', THROTTLED],
  ['RequestLimitExceeded', THROTTLED],
  ['SlowDown', THROTTLED],
  ['LimitExceededException', QUOTA],
  ['AccountSuspendedException', SUSPENDED],
  ['SendingPausedException', PAUSED],
  ['MailFromDomainNotVerifiedException', SENDER],
  ['MessageRejected', MESSAGE],
  ['BadRequestException', MESSAGE],
  ['ValidationException', MESSAGE],
  ['ValidationError', MESSAGE],
  ['InvalidParameterValue', MESSAGE],
  ['NotFoundException', SETUP],
  ['AccessDenied', CREDENTIALS],
  ['AccessDeniedException', CREDENTIALS],
  ['ExpiredToken', CREDENTIALS],
  ['ExpiredTokenException', CREDENTIALS],
  ['IncompleteSignature', CREDENTIALS],
  ['IncompleteSignatureException', CREDENTIALS],
  ['InvalidClientTokenId', CREDENTIALS],
  ['InvalidSignatureException', CREDENTIALS],
  ['MissingAuthenticationToken', CREDENTIALS],
  ['MissingAuthenticationTokenException', CREDENTIALS],
  ['NotAuthorized', CREDENTIALS],
  ['OptInRequired', CREDENTIALS],
  ['RequestExpired', CREDENTIALS],
  ['RequestInTheFuture', CREDENTIALS],
  ['RequestTimeTooSkewed', CREDENTIALS],
  ['SignatureDoesNotMatch', CREDENTIALS],
  ['UnrecognizedClientException', CREDENTIALS],
]);

/** What the statuses of the entries of a bulk call mean (SESv2 `BulkEmailEntryResult`). */
export const ENTRY_STATUSES: ReadonlyMap<string, SesMeaning> = new Map([
  ['MESSAGE_REJECTED', MESSAGE],
  ['INVALID_PARAMETER', MESSAGE],
  ['TEMPLATE_NOT_FOUND', SETUP],
  ['CONFIGURATION_SET_NOT_FOUND', SETUP],
  ['INVALID_SENDING_POOL_NAME', SETUP],
  ['MAIL_FROM_DOMAIN_NOT_VERIFIED', SENDER],
  ['ACCOUNT_SUSPENDED', SUSPENDED],
  ['ACCOUNT_THROTTLED', THROTTLED],
  ['ACCOUNT_DAILY_QUOTA_EXCEEDED', QUOTA],
  ['ACCOUNT_SENDING_PAUSED', PAUSED],
  ['CONFIGURATION_SET_SENDING_PAUSED', PAUSED],
  ['TRANSIENT_FAILURE', meaning('unavailable', true)],
  ['FAILED', meaning('server-error', false)],
]);

/** An entry that was not taken, for a reason that is not documented. */
export const OTHER_STATUS: SesMeaning = meaning('unknown', false);

function meaning(category: NonNullable<SesMeaning['category']>, retryable: boolean): SesMeaning {
  return { outcome: 'unsent', category, scope: 'provider', retryable };
}
