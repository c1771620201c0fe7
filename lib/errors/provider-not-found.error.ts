import { MailBridgeError, guardFor } from './mail-bridge.error.js';

/** No provider has that name. `available` lists those that there are. */
export class ProviderNotFoundError extends MailBridgeError {
  override readonly name = 'ProviderNotFoundError';

  constructor(
    readonly provider: string,
    readonly available: readonly string[],
  ) {
    super(
      `There is no mail provider '${provider}'; available: ${available.join(', ') || 'none'}. ` +
        `Name it under providers, or register a class with @MailProvider('${provider}').`,
      'PROVIDER_NOT_FOUND',
    );
  }
}

/** True for a `ProviderNotFoundError`. */
export const isProviderNotFoundError = guardFor<ProviderNotFoundError>('ProviderNotFoundError');
