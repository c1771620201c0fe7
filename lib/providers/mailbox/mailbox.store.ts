import { Subject, type Observable } from 'rxjs';
import { footprint, type CapturedMail } from './captured-mail.js';
import { matcherOf, type MailboxFilter } from './mailbox.filter.js';
import { MAILBOX_DEFAULTS, type ResolvedMailboxOptions } from './mailbox.options.js';

/**
 * The mails that the `mailbox` provider has captured: inject it in tests, or to show them during
 * development. It holds as many as `maxMessages` and `maxBytes` allow and drops the oldest first; the
 * newest is kept even where it alone is larger. What it holds stays readable after the shutdown.
 */
export class MailboxStore {
  readonly #options: ResolvedMailboxOptions;
  readonly #arrivals = new Subject<CapturedMail>();
  #mails: CapturedMail[] = [];
  #bytes = 0;

  /** Each mail as it is captured, from now on. Completes when the provider is closed. */
  readonly arrivals$: Observable<CapturedMail> = this.#arrivals.asObservable();

  constructor(options: ResolvedMailboxOptions = MAILBOX_DEFAULTS) {
    this.#options = options;
  }

  /** What is there now, oldest first; later arrivals do not change the array. */
  get messages(): readonly CapturedMail[] {
    return [...this.#mails];
  }

  /** Those that match, oldest first: by a filter, of which all must hold, or by a function. */
  find(filter: MailboxFilter | ((mail: CapturedMail) => boolean)): CapturedMail[] {
    return this.#mails.filter(typeof filter === 'function' ? filter : matcherOf(filter));
  }

  /** Forgets every mail. */
  clear(): void {
    this.#mails = [];
    this.#bytes = 0;
  }

  /** Keeps a mail and tells who listens to `arrivals$`. */
  add(mail: CapturedMail): void {
    this.#mails.push(mail);
    this.#bytes += footprint(mail);
    this.#makeRoom();
    this.#arrivals.next(mail);
  }

  /** Ends `arrivals$`. */
  close(): void {
    this.#arrivals.complete();
  }

  #makeRoom(): void {
    const { maxMessages, maxBytes } = this.#options;
    while (this.#mails.length > 1 && (this.#mails.length > maxMessages || this.#bytes > maxBytes)) {
      const oldest = this.#mails.shift();
      if (oldest !== undefined) this.#bytes -= footprint(oldest);
    }
  }
}
