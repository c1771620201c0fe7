import { MailBridgeError } from './mail-bridge.error.js';

/** Something was to be sent after `close()` or a shutdown: surely nothing was taken. */
export class ClosedError extends MailBridgeError {
  /** Always: nothing was sent. */
  readonly safeToRetry = true;

  constructor() {
    super('This MailBridge is closed: nothing can be sent any more', 'CLOSED');
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), safeToRetry: true };
  }
}
