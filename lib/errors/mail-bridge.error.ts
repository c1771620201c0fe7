const BRAND = Symbol.for('nest-mailbridge.error');

/**
 * The base of everything MailBridge throws. `code` is stable and meant for programs, `message` says
 * what to do. No error carries a key, a password, a body or an address: log them as they are.
 */
export class MailBridgeError extends Error {
  override readonly name: string = 'MailBridgeError';

  constructor(
    message: string,
    readonly code: string = 'MAIL_BRIDGE',
  ) {
    super(message);
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** What JSON shows of the error; the stack is left out. */
  toJSON(): Record<string, unknown> {
    return { name: this.name, code: this.code, message: this.message };
  }
}

/**
 * True for every error of MailBridge. Prefer the guards to `instanceof`, which fails when two copies
 * of the package are loaded or when a test runner gives each file a realm of its own.
 */
export function isMailBridgeError(error: unknown): error is MailBridgeError {
  return typeof error === 'object' && error !== null && BRAND in error;
}

/** A guard for one class of error, by its name. */
export function guardFor<E extends MailBridgeError>(name: string) {
  return (error: unknown): error is E => isMailBridgeError(error) && error.name === name;
}
