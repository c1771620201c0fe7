import {
  Controller,
  DefaultValuePipe,
  Get,
  NotFoundException,
  Optional,
  Param,
  ParseIntPipe,
  Query,
} from '@nestjs/common';
import { MailboxStore } from 'nest-mailbridge';
import { showMail, summarize, type MailSummary, type ShownMail } from './shown-mail.js';

/** `GET /messages`: the mails that the embedded mailbox holds, the newest first. */
@Controller('messages')
export class MessagesController {
  // Absent where another provider is configured.
  constructor(@Optional() private readonly store?: MailboxStore) {}

  @Get()
  list(
    @Query('limit', new DefaultValuePipe(100), ParseIntPipe) limit: number,
    @Query('to') to?: string,
  ): { total: number; messages: MailSummary[] } {
    const found = this.mailbox.find({ to });
    const messages = found.toReversed().slice(0, Math.max(0, limit)).map(summarize);
    return { total: found.length, messages };
  }

  @Get(':id')
  show(@Param('id') id: string): ShownMail {
    const [mail] = this.mailbox.find({ id });
    if (mail === undefined) throw new NotFoundException('The mailbox holds no message of that id');
    return showMail(mail);
  }

  private get mailbox(): MailboxStore {
    if (this.store !== undefined) return this.store;
    throw new NotFoundException(
      'There is no mailbox: start the application with MAIL_PROVIDER=mailbox',
    );
  }
}
