import { MailBridgeError, guardFor } from '../errors/mail-bridge.error.js';
import type { BulkEmailResponseDto } from './bulk-response.dto.js';

/**
 * The source of a bulk threw. What was taken from it before has been sent: `response` says what became
 * of it, `cause` is what the source threw.
 */
export class BulkSourceError extends MailBridgeError {
  override readonly name = 'BulkSourceError';
  // Private, so that no logger prints what they hold of messages.
  readonly #response: BulkEmailResponseDto;
  readonly #cause: unknown;

  constructor(response: BulkEmailResponseDto, cause: unknown) {
    super(`The source of the messages failed after ${response.total} messages`, 'BULK_SOURCE');
    this.#response = response;
    this.#cause = cause;
  }

  get response(): BulkEmailResponseDto {
    return this.#response;
  }

  override get cause(): unknown {
    return this.#cause;
  }

  override toJSON(): Record<string, unknown> {
    const { responses: _, ...response } = this.#response;
    return { ...super.toJSON(), response };
  }
}

/** True for a `BulkSourceError`. */
export const isBulkSourceError = guardFor<BulkSourceError>('BulkSourceError');
