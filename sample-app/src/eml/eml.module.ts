import { Module } from '@nestjs/common';
import { EmlFileProvider } from './eml-file.provider.js';

/** Makes `MAIL_PROVIDER=eml` possible: MailBridge finds the provider by its decorator. */
@Module({ providers: [EmlFileProvider] })
export class EmlModule {}
