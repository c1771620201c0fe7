import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MailBridgeModule, MailBridgeService } from '../../../dist/index.js';

/** A MailBridge in an application whose only provider is this one. */
export async function mailOver(provider, options = {}) {
  class Application {}
  const all = { provider: 'noop', defaults: { from: 'sender@example.com' }, ...options };
  Module({ imports: [MailBridgeModule.forRoot(all)] })(Application);
  const app = await NestFactory.create(Application, { logger: false });
  const mail = app.get(MailBridgeService);
  mail.registerProvider('noop', provider);
  return mail;
}

/**
 * What a provider answers in a later turn of the event loop, as a real one does; one that answers at
 * once would hide any buffering.
 */
export function later(answer) {
  return new Promise((resolve) => setImmediate(() => resolve(answer())));
}
