import type { Observable } from 'rxjs';
import type { EmailResponseDto } from '../contract/email-response.dto.js';
import type { MailHandler, MailInterceptor, MailRun } from '../contract/mail-interceptor.js';
import { ConfigurationError } from '../errors/configuration.error.js';
import { MailBridgeError } from '../errors/mail-bridge.error.js';
import type { OutgoingEmail } from '../message/outgoing-email.js';

/**
 * Lets no run reach more recipients than that, so that a mistake in a query does not become a newsletter
 * to everybody. A message that would go over is refused as a whole, with the code `TOO_MANY_RECIPIENTS`;
 * a smaller one after it may still go.
 */
export class RecipientLimitInterceptor implements MailInterceptor {
  readonly #reached = new WeakMap<MailRun, number>();

  /**
   * @param max to, cc and bcc of all messages of one `send()` or one bulk together
   * @throws ConfigurationError when it is no whole number of at least 1
   */
  constructor(private readonly max: number) {
    if (Number.isSafeInteger(max) && max >= 1) return;
    throw new ConfigurationError('RecipientLimitInterceptor needs a whole number of at least 1');
  }

  intercept(
    { to, cc, bcc }: OutgoingEmail,
    { run, handle }: MailHandler,
  ): Observable<EmailResponseDto> {
    const reached = (this.#reached.get(run) ?? 0) + to.length + cc.length + bcc.length;
    if (reached > this.max) {
      const message = `A run may reach ${this.max} recipients; this message would make it ${reached}`;
      throw new MailBridgeError(message, 'TOO_MANY_RECIPIENTS');
    }
    this.#reached.set(run, reached);
    return handle();
  }
}
