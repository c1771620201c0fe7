import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  HttpStatus,
  NotFoundException,
  Param,
  Post,
  Sse,
  UploadedFile,
  UseInterceptors,
  type MessageEvent,
} from '@nestjs/common';
import { FileInterceptor } from '@nestjs/platform-express';
import type { Observable } from 'rxjs';
import { newsletterEvents } from './newsletter-events.js';
import type { NewsletterRun } from './newsletter-run.js';
import type { NewsletterState } from './newsletter-state.js';
import { NewsletterDto } from './newsletter.dto.js';
import { NewslettersService } from './newsletters.service.js';
import { SubscriberFile } from './subscriber-file.js';
import { SubscriberFilePipe } from './subscriber-file.pipe.js';

/** The answer to a newsletter that was started. */
export interface StartedNewsletter {
  readonly id: string;
  readonly total: number;
  /** Paths of its event stream and of its state. */
  readonly events: string;
  readonly state: string;
}

// About 300,000 subscribers. The file is kept in memory while it is sent: with multer's `dest` it would
// be on disk, for files of any size.
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** `POST /newsletters` starts one, the other two show how far it is. */
@Controller('newsletters')
export class NewslettersController {
  constructor(private readonly newsletters: NewslettersService) {}

  @Post()
  @HttpCode(HttpStatus.ACCEPTED)
  @UseInterceptors(FileInterceptor('subscribers', { limits: { fileSize: MAX_FILE_BYTES } }))
  start(
    @Body() newsletter: NewsletterDto,
    @UploadedFile(SubscriberFilePipe) file: SubscriberFile,
  ): StartedNewsletter {
    const { id, total } = this.newsletters.start(newsletter, file).state;
    return { id, total, events: `/newsletters/${id}/events`, state: `/newsletters/${id}` };
  }

  @Get(':id')
  @Header('Cache-Control', 'no-store')
  show(@Param('id') id: string): NewsletterState {
    return this.find(id).state;
  }

  @Sse(':id/events')
  events(@Param('id') id: string): Observable<MessageEvent> {
    return newsletterEvents(this.find(id).states);
  }

  private find(id: string): NewsletterRun {
    const run = this.newsletters.find(id);
    if (run === undefined) throw new NotFoundException('There is no newsletter of that id');
    return run;
  }
}
