import { MailBridgeError, guardFor } from '../errors/mail-bridge.error.js';
import type { EmailResponseDto } from '../contract/email-response.dto.js';

/**
 * A single message was not accepted. `response` tells what became of it; `safeToRetry` is true only
 * when it surely was not taken and the reason may pass (`unsent`).
 */
export class EmailSendError extends MailBridgeError {
  override readonly name = 'EmailSendError';
  readonly safeToRetry: boolean;
  // Private, so that no logger prints the recipients that a response may list.
  readonly #response: EmailResponseDto;

  constructor(response: EmailResponseDto) {
    const why = response.failure === undefined ? '' : `: ${response.failure.message}`;
    super(
      `The message ${response.id} is ${response.outcome} by the provider '${response.provider}'${why}`,
      response.failure?.code ?? response.outcome.toUpperCase(),
    );
    this.#response = response;
    this.safeToRetry = response.outcome === 'unsent';
  }

  get response(): EmailResponseDto {
    return this.#response;
  }

  override toJSON(): Record<string, unknown> {
    const { recipients: _, ...response } = this.#response;
    return { ...super.toJSON(), safeToRetry: this.safeToRetry, response };
  }
}

/** True for an `EmailSendError`. */
export const isEmailSendError = guardFor<EmailSendError>('EmailSendError');
