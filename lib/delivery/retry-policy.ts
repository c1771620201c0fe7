import type { DeliveryFailure } from '../contract/outcome.js';

/** How often and how soon a message is tried again on one provider. */
export interface RetryOptions {
  /** Attempts in all; 1: none is repeated. */
  readonly attempts: number;
  /** The most that the first wait takes, in milliseconds; doubles with each attempt. */
  readonly baseDelayMs: number;
  /** The most that any wait takes, unless the provider asks for longer. */
  readonly maxDelayMs: number;
}

/** No provider is waited for longer than this, whatever it asks. */
export const LONGEST_WAIT_MS = 60 * 60_000;

/**
 * How long to wait before the next attempt, in milliseconds: full jitter over an exponential back-off,
 * from 0 up to `baseDelayMs` and twice as much each time, so that those who failed together do not come
 * back together; at least what the provider asked for.
 *
 * @param attempt the attempt that failed, from 1
 * @param random from 0 to 1, drawn anew each time
 */
export function backOffMs(
  attempt: number,
  { retryAfterMs = 0 }: Pick<DeliveryFailure, 'retryAfterMs'>,
  { baseDelayMs, maxDelayMs }: RetryOptions,
  random: number,
): number {
  const ceiling = Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1));
  return Math.max(random * ceiling, Math.min(retryAfterMs, LONGEST_WAIT_MS));
}

/**
 * Keeps retries of one provider to a small share of what is sent, so that an outage does not multiply
 * the load: each message adds a tenth less a little of a retry, up to a few that are free.
 */
export class RetryBudget {
  static readonly FREE = 10;
  static readonly SHARE = 0.08;
  #left = RetryBudget.FREE;

  /** So many messages are tried for the first time. */
  earn(messages: number): void {
    this.#left = Math.min(this.#left + messages * RetryBudget.SHARE, 50 * RetryBudget.FREE);
  }

  /** Takes as many retries as there are, at most `messages`. */
  spend(messages: number): number {
    const granted = Math.min(messages, Math.floor(this.#left));
    this.#left -= granted;
    return granted;
  }

  /** Takes as many retries as there are messages, or none where that is too much. */
  spendAll(messages: number): boolean {
    if (messages > this.#left) return false;
    this.#left -= messages;
    return true;
  }
}
