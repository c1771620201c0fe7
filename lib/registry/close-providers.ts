import { Logger } from '@nestjs/common';
import type { MailProviderStrategy } from '../contract/mail-provider.strategy.js';

/** Closes every provider, whatever one of them throws: that is logged by the provider's name only. */
export async function closeProviders(
  providers: Iterable<readonly [string, MailProviderStrategy]>,
): Promise<void> {
  const closing = [...providers].map(async ([name, strategy]) => {
    try {
      await strategy.close?.();
    } catch {
      new Logger('MailBridge').warn(`The mail provider '${name}' failed to close`);
    }
  });
  await Promise.all(closing);
}
