import { cleanText } from '../contract/clean-text.js';
import type { MailProviderStrategy } from '../contract/mail-provider.strategy.js';
import { MailBridgeError, isMailBridgeError } from '../errors/mail-bridge.error.js';
import { UnsupportedFeatureError } from '../errors/message.errors.js';

/** Asks a provider to prove itself. @throws UnsupportedFeatureError, MailBridgeError */
export async function verifyProvider(name: string, strategy: MailProviderStrategy): Promise<void> {
  if (strategy.verify === undefined) {
    const message = `The provider '${name}' has no way to verify itself without sending`;
    throw new UnsupportedFeatureError(name, ['verify'], message);
  }
  try {
    await strategy.verify();
  } catch (error) {
    if (isMailBridgeError(error)) throw error;
    // The error of a client may hold a key: only its words are passed on, cleaned.
    const why = cleanText(String((error as { message?: unknown } | undefined)?.message ?? error));
    throw new MailBridgeError(
      `The provider '${name}' could not be verified: ${why}`,
      'VERIFY_FAILED',
    );
  }
}
