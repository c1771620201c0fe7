import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { MailBridgeService } from 'nest-mailbridge';
import { messagesFor } from './newsletter-messages.js';
import { NewsletterRun } from './newsletter-run.js';
import type { NewsletterDto } from './newsletter.dto.js';
import type { SubscriberFile } from './subscriber-file.js';

const RUNS_KEPT = 100;

/**
 * Starts newsletters and remembers the last hundred. At a shutdown MailBridge ends their intake by
 * itself: each run ends, and with it the event streams of those who follow it.
 */
@Injectable()
export class NewslettersService {
  readonly #runs = new Map<string, NewsletterRun>();

  constructor(private readonly mail: MailBridgeService) {}

  /** Starts the newsletter; it goes on when the request has its answer. */
  start(newsletter: NewsletterDto, file: SubscriberFile): NewsletterRun {
    const id = randomUUID();
    const responses = this.mail.stream(messagesFor(file.subscribers(), newsletter, id));
    const run = new NewsletterRun(id, file.total, responses);
    this.#runs.set(id, run);
    this.forgetOldRuns();
    return run;
  }

  find(id: string): NewsletterRun | undefined {
    return this.#runs.get(id);
  }

  private forgetOldRuns(): void {
    for (const [id, { state }] of this.#runs) {
      if (this.#runs.size <= RUNS_KEPT) return;
      if (state.status !== 'running') this.#runs.delete(id);
    }
  }
}
