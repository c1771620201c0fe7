import { Module } from '@nestjs/common';
import { MessagesController } from './messages.controller.js';

/** Shows what the `mailbox` provider has captured. */
@Module({ controllers: [MessagesController] })
export class MessagesModule {}
