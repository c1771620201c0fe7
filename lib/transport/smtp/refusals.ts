import type { SmtpFault, SmtpRefusal } from './smtp-result.js';

const STATUS = /^\d{3}[ -][245]\.(?<status>\d{1,3}\.\d{1,3})(?!\S)/m;
const TOO_MANY_RECIPIENTS = '5.3';
const TOO_MANY_WORDS = /\btoo many (?:recipients|rcpts?)\b/i;
/** RFC 5321, section 4.5.3.1.10: these say it where there is no enhanced code. */
const TOO_MANY_CODES: readonly number[] = [452, 552];

/** RFC 3463, X.1.x and X.2.x: the recipient's address and mailbox, which are the same on any connection. */
const OF_MAILBOX = /^[12]\./;

/** The answer to the size that MAIL names (RFC 1870, section 6.1). */
const TOO_LARGE = 552;

/** Whether the server has said that a transaction has more recipients than it takes (RFC 3463, X.5.3). */
export function isTooMany({ code, text }: SmtpRefusal): boolean {
  const status = statusOf(text);
  if (status === TOO_MANY_RECIPIENTS || TOO_MANY_WORDS.test(text)) return true;
  return status === undefined && TOO_MANY_CODES.includes(code);
}

/** Whether X.5.3 stands there: no refusal for good, whatever its code (RFC 3463). */
export function isTooManyByStatus({ text }: SmtpRefusal): boolean {
  return statusOf(text) === TOO_MANY_RECIPIENTS;
}

/** Whether the refusal of a recipient may be one of the connection, which has taken all that it may. */
export function mayBeOfConnection(refusal: SmtpRefusal): boolean {
  if (isTooMany(refusal)) return true;
  return refusal.code < 500 && !OF_MAILBOX.test(statusOf(refusal.text) ?? '');
}

/**
 * Whether a fresh connection may take what was refused on one that has carried messages before: servers end
 * a connection's share of messages in many ways, also for good at MAIL.
 */
export function mayPassElsewhere({
  stage,
  reason,
  replyCode = 0,
  text,
  refused,
}: SmtpFault): boolean {
  if (refused !== undefined) return refused.some(mayBeOfConnection);
  if (reason !== 'reply' || stage === 'rcpt') return false;
  if (stage === 'mail') return replyCode !== TOO_LARGE;
  return replyCode < 500 && !OF_MAILBOX.test(statusOf(text) ?? '');
}

function statusOf(text: string): string | undefined {
  return STATUS.exec(text)?.groups?.['status'];
}
