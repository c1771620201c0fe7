import { Module, ValidationPipe } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { MailBridgeExceptionFilter, MailBridgeModule, mailBridgeConfig } from 'nest-mailbridge';
import { EmlModule } from './eml/eml.module.js';
import { HomeController } from './home/home.controller.js';
import { IdleConnections } from './idle-connections.js';
import { MessagesModule } from './messages/messages.module.js';
import { NewslettersModule } from './newsletters/newsletters.module.js';
import { RegistrationsModule } from './registrations/registrations.module.js';

/** The application. `MAIL_PROVIDER` and its companions decide how its mail travels. */
@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [mailBridgeConfig] }),
    MailBridgeModule.forRootAsync(mailBridgeConfig.asProvider()),
    EmlModule,
    MessagesModule,
    NewslettersModule,
    RegistrationsModule,
  ],
  controllers: [HomeController],
  providers: [
    IdleConnections,
    { provide: APP_FILTER, useClass: MailBridgeExceptionFilter },
    { provide: APP_PIPE, useValue: new ValidationPipe({ whitelist: true, transform: true }) },
  ],
})
export class AppModule {}
