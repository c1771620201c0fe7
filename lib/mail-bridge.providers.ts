import type { FactoryProvider, InjectionToken, Provider } from '@nestjs/common';
import { MailBridgeService } from './mail-bridge.service.js';
import { getMailBridgeToken } from './mail-bridge.tokens.js';
import type { MailBridgeOptions } from './options/mail-bridge-options.js';
import { resolveOptions } from './options/resolve-options.js';
import { MailboxProvider } from './providers/mailbox/mailbox.provider.js';
import { MailboxStore } from './providers/mailbox/mailbox.store.js';
import { ProviderCatalog } from './provider-catalog.js';
import {
  getMailProviderOptionsToken,
  requestedProviderOptions,
} from './registry/mail-provider-options.decorator.js';
import { ProviderRegistry } from './registry/provider-registry.js';

/** The token of the options as the user wrote them. */
export const MAIL_BRIDGE_OPTIONS = Symbol('nest-mailbridge:options');

/** What one MailBridge consists of. Only the unnamed one has the tokens that carry no name. */
export function mailBridgeProviders(name: string | undefined): Provider[] {
  const catalog: FactoryProvider<ProviderCatalog> = {
    provide: ProviderCatalog,
    useFactory: (options: MailBridgeOptions, registry: ProviderRegistry) =>
      new ProviderCatalog(resolveOptions(options), registry),
    inject: [MAIL_BRIDGE_OPTIONS, ProviderRegistry],
  };
  const service: FactoryProvider<MailBridgeService> = {
    provide: getMailBridgeToken(name),
    useFactory: (providers: ProviderCatalog) => new MailBridgeService(providers),
    inject: [ProviderCatalog],
  };
  return name === undefined
    ? [catalog, service, mailboxStore, ...requestedProviderOptions().map(customOptions)]
    : [catalog, service];
}

/** What of that the rest of the application can inject. */
export function mailBridgeExports(name: string | undefined): InjectionToken[] {
  return name === undefined
    ? [
        MailBridgeService,
        MailboxStore,
        ...requestedProviderOptions().map(getMailProviderOptionsToken),
      ]
    : [getMailBridgeToken(name)];
}

// `undefined` where no mailbox is configured: inject it with @Optional() if the provider may change.
const mailboxStore: FactoryProvider<MailboxStore | undefined> = {
  provide: MailboxStore,
  useFactory: (providers: ProviderCatalog) => {
    const mailbox = providers.builtIn('mailbox');
    return mailbox instanceof MailboxProvider ? mailbox.store : undefined;
  },
  inject: [ProviderCatalog],
};

function customOptions(provider: string): FactoryProvider<object> {
  return {
    provide: getMailProviderOptionsToken(provider),
    useFactory: (options: MailBridgeOptions) => options.providers?.[provider] ?? {},
    inject: [MAIL_BRIDGE_OPTIONS],
  };
}
