import { MailBridgeError, guardFor } from '../errors/mail-bridge.error.js';
import type { EmailResponseDto } from '../contract/email-response.dto.js';

/**
 * A single message was not accepted. `response` tells what became of it, `safeToRetry` and `shouldRetry`
 * what to do: a worker sends it again when `shouldRetry` is true.
 */
export class EmailSendError extends MailBridgeError {
  override readonly name = 'EmailSendError';
  /** Whether it surely was not taken, so that sending it again makes no second copy. */
  readonly safeToRetry: boolean;
  /** Whether it surely was not taken, and the reason may pass by itself. */
  readonly shouldRetry: boolean;
  // Private, so that no logger prints the recipients that a response may list.
  readonly #response: EmailResponseDto;

  constructor(response: EmailResponseDto) {
    const why = response.failure === undefined ? '' : `: ${response.failure.message}`;
    super(
      `The message ${response.id} is ${response.outcome} by the provider '${response.provider}'${why}`,
      response.failure?.code ?? response.outcome.toUpperCase(),
    );
    this.#response = response;
    const { outcome, failure } = response;
    this.safeToRetry = outcome === 'unsent' || outcome === 'cancelled';
    // What was cancelled was never tried: nothing speaks against it.
    this.shouldRetry = this.safeToRetry && (failure?.retryable ?? true);
  }

  get response(): EmailResponseDto {
    return this.#response;
  }

  override toJSON(): Record<string, unknown> {
    const { recipients: _, ...response } = this.#response;
    return {
      ...super.toJSON(),
      safeToRetry: this.safeToRetry,
      shouldRetry: this.shouldRetry,
      response,
    };
  }
}

/** True for an `EmailSendError`. */
export const isEmailSendError = guardFor<EmailSendError>('EmailSendError');
