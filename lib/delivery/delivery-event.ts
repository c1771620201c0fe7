import type { AttemptRecord, EmailResponseDto } from '../contract/email-response.dto.js';
import type { CircuitState } from './circuit-breaker.js';

/** Something that happened to a message: a provider was asked, or it has its outcome. */
export type DeliveryEvent =
  | ({ readonly type: 'attempt'; readonly id: string } & AttemptRecord)
  | { readonly type: 'outcome'; readonly response: EmailResponseDto };

/**
 * Hears of everything that happens to messages, in the turn in which it happens: for metrics, traces, an
 * audit log. What it throws is logged and changes nothing.
 */
export interface DeliveryObserver {
  observe(event: DeliveryEvent): void;
  /** A provider is left alone (`open`), probed (`half-open`) or back (`closed`). */
  circuitChanged?(provider: string, state: CircuitState): void;
}
