import { Inject } from '@nestjs/common';

// Which names the application's classes ask for: the module provides a token for each. Decorators run
// while the classes are loaded, which is before Nest reads any module.
const requested = new Set<string>();

/** The token under which the options of a custom provider are injected. */
export function getMailProviderOptionsToken(provider: string): string {
  return `nest-mailbridge:options-of:${provider}`;
}

/**
 * Injects what stands under `providers.<provider>` in the options of the unnamed MailBridge, for a
 * custom provider to configure itself; an empty object when nothing stands there.
 */
export function InjectMailProviderOptions(
  provider: string,
): PropertyDecorator & ParameterDecorator {
  requested.add(provider);
  return Inject(getMailProviderOptionsToken(provider));
}

/** The providers whose options somebody injects. */
export function requestedProviderOptions(): readonly string[] {
  return [...requested];
}
