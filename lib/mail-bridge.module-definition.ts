import { ConfigurableModuleBuilder } from '@nestjs/common';
import {
  MAIL_BRIDGE_OPTIONS,
  mailBridgeExports,
  mailBridgeProviders,
} from './mail-bridge.providers.js';
import type { MailBridgeOptions } from './options/mail-bridge-options.js';
import { RegistryModule } from './registry/registry.module.js';

/** What is said beside the options, since Nest must know it before they are there. */
export interface MailBridgeModuleExtras {
  /** Whether the module need not be imported where it is used. @default true */
  isGlobal?: boolean | undefined;
  /** Makes a named instance, injected by `@InjectMailBridge(name)`. */
  name?: string | undefined;
}

const extras: MailBridgeModuleExtras = { isGlobal: true, name: undefined };

export const { ConfigurableModuleClass, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<MailBridgeOptions>({ optionsInjectionToken: MAIL_BRIDGE_OPTIONS })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createMailBridgeOptions')
    .setExtras(extras, (definition, { isGlobal, name }) => ({
      ...definition,
      global: isGlobal ?? true,
      imports: [...(definition.imports ?? []), RegistryModule],
      // Read by Nest when it builds the application: by then every class that injects the options of
      // a custom provider has been loaded, which need not be so yet.
      get providers() {
        return [...(definition.providers ?? []), ...mailBridgeProviders(name)];
      },
      get exports() {
        return mailBridgeExports(name);
      },
    }))
    .build();
