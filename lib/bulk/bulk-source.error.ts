import { MailBridgeError, guardFor } from '../errors/mail-bridge.error.js';
import type { BulkEmailResponseDto } from './bulk-response.dto.js';

/**
 * The source of a bulk threw. What was taken from it before has been sent: `response` says what became
 * of it, `sourceError` is what the source threw: look at it before you log it.
 */
export class BulkSourceError extends MailBridgeError {
  override readonly name = 'BulkSourceError';
  // Private, so that no logger prints what they hold of messages.
  readonly #response: BulkEmailResponseDto;
  readonly #sourceError: unknown;

  constructor(response: BulkEmailResponseDto, sourceError: unknown) {
    super(`The source of the messages failed after ${response.total} messages`, 'BULK_SOURCE');
    this.#response = response;
    this.#sourceError = sourceError;
  }

  get response(): BulkEmailResponseDto {
    return this.#response;
  }

  // Not `cause`, which loggers print.
  get sourceError(): unknown {
    return this.#sourceError;
  }

  override toJSON(): Record<string, unknown> {
    const { responses: _, ...response } = this.#response;
    return { ...super.toJSON(), response };
  }
}

/** True for a `BulkSourceError`. */
export const isBulkSourceError = guardFor<BulkSourceError>('BulkSourceError');
