import type { FactoryProvider, InjectionToken, Provider } from '@nestjs/common';
import { MailBridgeFactory } from './mail-bridge.factory.js';
import { MailBridgeService } from './mail-bridge.service.js';
import { getMailBridgeToken, getMailboxStoreToken } from './mail-bridge.tokens.js';
import type { MailBridgeOptions } from './options/mail-bridge-options.js';
import { resolveOptions } from './options/resolve-options.js';
import { MailboxProvider } from './providers/mailbox/mailbox.provider.js';
import type { MailboxStore } from './providers/mailbox/mailbox.store.js';
import { ProviderCatalog } from './provider-catalog.js';
import {
  getMailProviderOptionsToken,
  requestedProviderOptions,
} from './registry/mail-provider-options.decorator.js';
import { InterceptorRegistry } from './registry/interceptor-registry.js';
import { ProviderRegistry } from './registry/provider-registry.js';

/** The token of the options as the user wrote them. */
export const MAIL_BRIDGE_OPTIONS = Symbol('nest-mailbridge:options');

/** What one MailBridge consists of. Only the unnamed one has the tokens that carry no name. */
export function mailBridgeProviders(name: string | undefined): Provider[] {
  const catalog: FactoryProvider<ProviderCatalog> = {
    provide: ProviderCatalog,
    useFactory: (
      options: MailBridgeOptions,
      providers: ProviderRegistry,
      interceptors: InterceptorRegistry,
    ) => {
      if (name === undefined) providers.claimUnnamed();
      return new ProviderCatalog(resolveOptions(options), providers, interceptors);
    },
    inject: [MAIL_BRIDGE_OPTIONS, ProviderRegistry, InterceptorRegistry],
  };
  const service: FactoryProvider<MailBridgeService> = {
    provide: getMailBridgeToken(name),
    useFactory: (providers: ProviderCatalog) => new MailBridgeService(providers),
    inject: [ProviderCatalog],
  };
  const own = [catalog, service, mailboxStore(name)];
  return name === undefined
    ? [...own, MailBridgeFactory, ...requestedProviderOptions().map(customOptions)]
    : own;
}

/** What of that the rest of the application can inject. */
export function mailBridgeExports(name: string | undefined): InjectionToken[] {
  const own = [getMailBridgeToken(name), getMailboxStoreToken(name)];
  return name === undefined
    ? [...own, MailBridgeFactory, ...requestedProviderOptions().map(getMailProviderOptionsToken)]
    : own;
}

// `undefined` where no mailbox is configured: inject it with @Optional() if the provider may change.
function mailboxStore(name: string | undefined): FactoryProvider<MailboxStore | undefined> {
  return {
    provide: getMailboxStoreToken(name),
    useFactory: (providers: ProviderCatalog) => {
      const mailbox = providers.builtIn('mailbox');
      return mailbox instanceof MailboxProvider ? mailbox.store : undefined;
    },
    inject: [ProviderCatalog],
  };
}

function customOptions(provider: string): FactoryProvider<object> {
  return {
    provide: getMailProviderOptionsToken(provider),
    useFactory: (options: MailBridgeOptions) => options.providers?.[provider] ?? {},
    inject: [MAIL_BRIDGE_OPTIONS],
  };
}
