import type { Observable } from 'rxjs';
import type { OutgoingEmail } from '../message/outgoing-email.js';
import type { EmailResponseDto } from './email-response.dto.js';

/** One `send()`, one bulk or one dry run; the same object for all of its messages. */
export interface MailRun {
  /** In a dry run nothing is sent: leave nothing behind that says so. */
  readonly kind: 'send' | 'bulk' | 'dry-run';
}

/** What comes after an interceptor: the next one, after the last one the provider. */
export interface MailHandler {
  readonly run: MailRun;
  /**
   * Hands the message on, as it is or as you give it, once somebody subscribes; and what became of it
   * comes back. What is given is held to the rules for all messages. A second call sends nothing more.
   */
  readonly handle: (email?: OutgoingEmail) => Observable<EmailResponseDto>;
}

/**
 * Stands between those who send and the providers, in the manner of Nest's interceptors: looks at each
 * message, changes or refuses it, and sees what became of it. Emails are read-only: hand on a copy.
 *
 * A message that is not handed on is not sent: what the interceptor throws is what `send()` throws, in
 * bulk the message is `rejected`. Once it is handed on, nothing here changes its outcome.
 */
export interface MailInterceptor {
  intercept(
    email: OutgoingEmail,
    next: MailHandler,
  ): Observable<EmailResponseDto> | Promise<Observable<EmailResponseDto>>;
}
