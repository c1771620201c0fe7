import { Module } from '@nestjs/common';
import { NewslettersController } from './newsletters.controller.js';
import { NewslettersService } from './newsletters.service.js';

/** A bulk from an uploaded file, and its progress as server-sent events. */
@Module({ controllers: [NewslettersController], providers: [NewslettersService] })
export class NewslettersModule {}
