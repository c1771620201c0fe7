import type { MissingPackageError } from '../errors/missing-package.error.js';
import { unsent, type Submission } from './submission.js';

/** The outcome of a message whose provider lacks a package: surely not taken, and no retry helps. */
export function missingPackage({ code, message }: MissingPackageError): Submission {
  return unsent({ code, category: 'configuration', retryable: false, message });
}
