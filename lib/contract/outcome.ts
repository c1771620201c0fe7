/**
 * What became of a message, exactly one for each:
 *
 * - `accepted`: a provider said that it took responsibility.
 * - `rejected`: surely not taken, because of this message or its recipients. Sending it again is useless.
 * - `unsent`: surely not taken, because of the network, the provider or the sender's standing there.
 * - `unknown`: it may have been taken: the answer was lost or makes no sense.
 * - `cancelled`: never tried: aborted or shut down.
 */
export type Outcome = 'accepted' | 'rejected' | 'unsent' | 'unknown' | 'cancelled';

/** Every outcome, for loops and tables. */
export const OUTCOMES = ['accepted', 'rejected', 'unsent', 'unknown', 'cancelled'] as const;

/**
 * The kind of a failure, for dashboards and for the code that decides what to do. `quota`: what the
 * account may send, or its credits, is used up; `rate-limit`: it sends too fast, and a pause helps.
 */
export type FailureCategory =
  | 'auth'
  | 'quota'
  | 'rate-limit'
  | 'network'
  | 'timeout'
  | 'validation'
  | 'suppressed'
  | 'server-error'
  | 'unavailable'
  | 'unsupported'
  | 'configuration'
  | 'unknown';

/** Whose failure it was. Only `network` and `provider` speak against the provider. */
export type FailureScope = 'network' | 'provider' | 'sender' | 'recipient' | 'message';

/** Why a message was not accepted. Holds no address, key or content: it may be logged and stored. */
export interface DeliveryFailure {
  /** Stable, for programs: the provider's code, the error's, or one of ours such as `TIMEOUT`. */
  readonly code: string;
  readonly category: FailureCategory;
  readonly scope: FailureScope;
  /** Whether the same provider may take the same message later. */
  readonly retryable: boolean;
  /** For people: cleaned, at most 500 characters. */
  readonly message: string;
  /** The HTTP status or the SMTP reply code. */
  readonly statusCode?: number;
  /** How long the provider asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** What became of one recipient, where the recipients of a message differ. */
export interface RecipientOutcome {
  readonly address: string;
  readonly outcome: Outcome;
  readonly failure?: DeliveryFailure;
}
