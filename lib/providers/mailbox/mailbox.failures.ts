import { missingPackage } from '../../contract/missing-package.js';
import { rejected, unsent, type Submission } from '../../contract/submission.js';
import { isAttachmentError, isInvalidMessageError } from '../../errors/message.errors.js';
import { isMissingPackageError } from '../../errors/missing-package.error.js';

/**
 * What became of a message that could not be captured. The mailbox has it or has it not, so nothing is
 * ever unknown here.
 */
export function captureFailure(error: unknown, signal: AbortSignal): Submission {
  if (signal.aborted) {
    return unsent({
      code: 'TIMEOUT',
      category: 'timeout',
      message: 'The message was not complete when its time was up.',
    });
  }
  if (isAttachmentError(error) || isInvalidMessageError(error)) {
    return rejected({ code: error.code, category: 'validation', message: error.message });
  }
  if (isMissingPackageError(error)) return missingPackage(error);
  return unsent({
    code: 'MAILBOX',
    message: `The mailbox could not build or read the message: ${nameOf(error)}.`,
    retryable: false,
  });
}

/** The kind of an error only: its words may quote the message. */
function nameOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'name' in error ? String(error.name) : 'Error';
}
