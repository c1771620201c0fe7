import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MailBridgeModule, MailBridgeService, MailboxStore } from 'nest-mailbridge';

/** Gets the service by its type, so that the decorators' metadata has to be right. */
@Injectable()
export class Registration {
  constructor(private readonly mail: MailBridgeService) {}

  async welcome(subject: string, provider: string): Promise<string> {
    const message = { from: 'shop@example.com', to: 'ada@example.com', subject, text: 'Hello' };
    const { outcome } = await this.mail.send(message, { provider });
    return outcome;
  }
}

@Module({
  imports: [
    MailBridgeModule.forRootAsync({
      useFactory: () => ({
        provider: 'mailbox',
        providers: { mailbox: {}, smtp: { url: process.env['SMTP_URL'] ?? '' } },
      }),
    }),
  ],
  providers: [Registration],
})
export class AppModule {}

/** Sends one message through the mailbox and one over SMTP, and says what became of them. */
export async function main(): Promise<string> {
  const application = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
  const registration = application.get(Registration);
  const subject = process.env['SUBJECT'] ?? '';
  const outcomes = [
    await registration.welcome(subject, 'mailbox'),
    await registration.welcome(subject, 'smtp'),
  ];
  const kept = application.get(MailboxStore).messages.map((mail) => mail.subject);
  await application.close();
  return JSON.stringify({ outcomes, kept });
}
