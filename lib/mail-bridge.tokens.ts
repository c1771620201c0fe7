import { Inject, type InjectionToken } from '@nestjs/common';
import { MailBridgeService } from './mail-bridge.service.js';

/** The token of a MailBridge: the class for the unnamed one, a text of its own for a named one. */
export function getMailBridgeToken(name?: string): InjectionToken<MailBridgeService> {
  return name === undefined ? MailBridgeService : `nest-mailbridge:${name}`;
}

/** Injects a named MailBridge: `@InjectMailBridge('marketing') mail: MailBridgeService`. */
export function InjectMailBridge(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getMailBridgeToken(name));
}
