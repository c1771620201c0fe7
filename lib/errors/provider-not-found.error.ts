import { MailBridgeError, guardFor } from './mail-bridge.error.js';

/** No provider has that name. `available` lists those that there are. */
export class ProviderNotFoundError extends MailBridgeError {
  override readonly name = 'ProviderNotFoundError';

  constructor(
    readonly provider: string,
    readonly available: readonly string[],
    builtIn: readonly string[] = [],
  ) {
    super(
      `There is no mail provider '${provider}'; available: ${available.join(', ') || 'none'}` +
        `; built in, once they are configured: ${builtIn.join(', ')}. ` +
        `One of your own is a class with @MailProvider('${provider}').`,
      'PROVIDER_NOT_FOUND',
    );
  }
}

/** True for a `ProviderNotFoundError`. */
export const isProviderNotFoundError = guardFor<ProviderNotFoundError>('ProviderNotFoundError');
