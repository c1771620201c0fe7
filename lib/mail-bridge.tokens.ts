import { Inject, type InjectionToken } from '@nestjs/common';
import { MailBridgeService } from './mail-bridge.service.js';
import { MailboxStore } from './providers/mailbox/mailbox.store.js';

/** The token of a MailBridge: the class for the unnamed one, a text of its own for a named one. */
export function getMailBridgeToken(name?: string): InjectionToken<MailBridgeService> {
  return name === undefined ? MailBridgeService : `nest-mailbridge:${name}`;
}

/** The token of the mailbox of a MailBridge: the class `MailboxStore` for the unnamed one. */
export function getMailboxStoreToken(name?: string): InjectionToken<MailboxStore> {
  return name === undefined ? MailboxStore : `nest-mailbridge:mailbox-of:${name}`;
}

/** Injects a named MailBridge: `@InjectMailBridge('marketing') mail: MailBridgeService`. */
export function InjectMailBridge(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getMailBridgeToken(name));
}
