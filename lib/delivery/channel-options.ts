import type { CircuitBreakerOptions } from './circuit-breaker.js';
import type { RetryOptions } from './retry-policy.js';
import type { SharedRateLimit } from './turnstile.js';

/** The limits of one provider, as its options set them. */
export interface ChannelOptions {
  /** What no failure may repeat. */
  readonly secrets: readonly string[];
  /** Calls in flight at a time, over all callers; without it as many as they ask for. */
  readonly maxInFlight: number | undefined;
  /** Lowers the number of messages that the provider takes in a call. */
  readonly maxBatchSize: number | undefined;
  /** Lowers the bytes that the provider takes in a call. */
  readonly maxBatchBytes: number;
  /** Bounds one call in milliseconds; without it the provider's transport bounds its own phases. */
  readonly timeoutMs: number | undefined;
  readonly retry: RetryOptions;
  /** `undefined`: none. */
  readonly rateLimit: SharedRateLimit | undefined;
  /** `undefined`: none. */
  readonly circuitBreaker: CircuitBreakerOptions | undefined;
}
