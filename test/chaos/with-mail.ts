import { NestFactory } from '@nestjs/core';
import { MailBridgeModule, MailBridgeService, type MailBridgeOptions } from 'nest-mailbridge';

/** Starts an application that sends mail, lets it be used, and closes it, whatever happens. */
export async function withMail(
  options: MailBridgeOptions,
  use: (mail: MailBridgeService) => Promise<void>,
): Promise<void> {
  const module = MailBridgeModule.forRoot({
    ...options,
    defaults: { from: 'News <news@example.com>' },
  });
  const app = await NestFactory.createApplicationContext(module, {
    logger: false,
    abortOnError: false,
  });
  try {
    await use(app.get(MailBridgeService));
  } finally {
    await app.close();
  }
}
