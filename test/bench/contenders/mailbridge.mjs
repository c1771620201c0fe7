import { NestFactory } from '@nestjs/core';
import { MailBridgeModule, MailBridgeService } from '../../../dist/index.js';

/** The built MailBridge in a Nest context. */
export async function mailBridge(options) {
  const root = MailBridgeModule.forRoot(options);
  const app = await NestFactory.createApplicationContext(root, { logger: ['error'] });
  return app.get(MailBridgeService);
}
