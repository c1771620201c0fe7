/** Every default of the options, in one place. */
export const DEFAULTS = {
  provider: 'smtp',
  strategy: 'failover',
  weight: 1,
  onUnknown: 'report',
  retry: { attempts: 3, baseDelayMs: 500, maxDelayMs: 30_000 },
  maxWaitMs: 5_000,
  circuitBreaker: { failures: 5, halfOpenAfterMs: 10_000, maxPauseMs: 30_000 },
  concurrency: 10,
  lookAhead: 1000,
  timeoutMs: 30_000,
  maxBatchBytes: 5_000_000,
  unsupportedFeatures: 'error',
  drainTimeoutMs: 10_000,
  maxRecipients: 1000,
  maxBytes: 25 * 1024 * 1024,
} as const;

/** A day: no attempt takes longer, and timers stay within their range. */
export const LONGEST_TIMEOUT_MS = 24 * 60 * 60_000;

/** A minute: nobody who waits for `send()` waits for company longer. */
export const LONGEST_COALESCE_MS = 60_000;
