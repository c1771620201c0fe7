import { MailBridgeError, guardFor } from './mail-bridge.error.js';
import { describeProblem, type Problem } from './problem.js';

/**
 * The message breaks the rules that hold for every provider; nothing was sent. `problems` lists all of
 * them with their paths. The offending values are not repeated, so that the error can be logged.
 */
export class InvalidMessageError extends MailBridgeError {
  override readonly name: string = 'InvalidMessageError';

  constructor(readonly problems: readonly Problem[]) {
    super(`The message is invalid: ${problems.map(describeProblem).join('; ')}`, 'INVALID_MESSAGE');
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), problems: this.problems };
  }
}

/** True for an `InvalidMessageError`. */
export const isInvalidMessageError = guardFor<InvalidMessageError>('InvalidMessageError');

/** The provider cannot carry something that the message asks for; nothing was sent. */
export class UnsupportedFeatureError extends MailBridgeError {
  override readonly name = 'UnsupportedFeatureError';

  constructor(
    readonly provider: string,
    readonly features: readonly string[],
    message = `The provider '${provider}' cannot carry ${features.join(', ')}. Leave it out, ` +
      `choose another provider, or set unsupportedFeatures: 'warn' to send without it.`,
  ) {
    super(message, 'UNSUPPORTED_FEATURE');
  }
}

/** True for an `UnsupportedFeatureError`. */
export const isUnsupportedFeatureError =
  guardFor<UnsupportedFeatureError>('UnsupportedFeatureError');

/** The content of an attachment could not be read, or is larger than allowed; nothing was sent. */
export class AttachmentError extends MailBridgeError {
  override readonly name = 'AttachmentError';

  /** @param path where the attachment stands in the message, as in `attachments[1]` */
  constructor(
    readonly path: string,
    message: string,
  ) {
    super(describeProblem({ path, message }), 'ATTACHMENT');
  }
}

/** True for an `AttachmentError`. */
export const isAttachmentError = guardFor<AttachmentError>('AttachmentError');
