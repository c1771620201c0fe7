import type { DeliveryFailure } from '../../contract/outcome.js';
import { isQuotaUsedUp } from '../api/quota-words.js';
import { retryAfterMs } from '../api/retry-after.js';

/** What words of Mailgun say of the message. */
export type MailgunRefusal = Pick<DeliveryFailure, 'category' | 'scope' | 'retryable'> & {
  readonly outcome: 'rejected' | 'unsent';
};

const SENDER: MailgunRefusal = {
  outcome: 'unsent',
  category: 'configuration',
  scope: 'sender',
  retryable: false,
};

const QUOTA: MailgunRefusal = { ...SENDER, category: 'quota', scope: 'provider' };

/** By the error list of Mailgun's documentation; its live texts put parameters in quotes. */
const BY_WORDS: ReadonlyArray<readonly [RegExp, MailgunRefusal]> = [
  // An unverified, sandboxed or disabled domain; a free or new account.
  [/not allowed to send|activate your Mailgun account|test purposes only/i, SENDER],
  [/on probation/i, { ...SENDER, category: 'rate-limit', scope: 'provider' }],
  [/can't be used to send/i, { ...SENDER, scope: 'provider' }],
  [/^'?from'? parameter/i, { ...SENDER, category: 'validation' }],
  [
    /^'?(?:to|cc|bcc)'? parameter/i,
    { outcome: 'rejected', category: 'validation', scope: 'recipient', retryable: false },
  ],
];

/** What a refusal with 400 or 403 says beyond its status; `undefined` where the status says it all. */
export function refusalOf(status: number, message: string): MailgunRefusal | undefined {
  if (status !== 400 && status !== 403) return undefined;
  if (isQuotaUsedUp(message)) return QUOTA;
  return BY_WORDS.find(([words]) => words.test(message))?.[1];
}

const SECONDS_IN: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600 };

/**
 * How long a refusal asks to wait, in milliseconds. Mailgun says it in prose, as in `try again after 120
 * seconds` or `try again after Mon, 20 Dec 2021 20:33:21 UTC`.
 */
export function waitMs(message: string): number | undefined {
  const after = /try again after (.+?)[.\s]*$/i.exec(message)?.[1];
  const [, count, unit = ''] = /^(\d+) (second|minute|hour)/i.exec(after ?? '') ?? [];
  if (count === undefined) return retryAfterMs(after);
  return retryAfterMs(String(Number(count) * (SECONDS_IN[unit.toLowerCase()] ?? 1)));
}
