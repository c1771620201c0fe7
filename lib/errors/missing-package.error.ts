import { MailBridgeError, guardFor } from './mail-bridge.error.js';

/** An optional peer was wanted and is not there, or in a version that does not fit: nothing was sent. */
export class MissingPackageError extends MailBridgeError {
  override readonly name = 'MissingPackageError';

  constructor(message: string) {
    super(message, 'MISSING_PACKAGE');
  }
}

/** True for a `MissingPackageError`. */
export const isMissingPackageError = guardFor<MissingPackageError>('MissingPackageError');
