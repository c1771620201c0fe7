import { isPromise } from '../../contract/is-promise.js';
import { stopSignalOf } from '../../contract/light-signal.js';
import { MailProviderStrategy, type SendContext } from '../../contract/mail-provider.strategy.js';
import { rejected, unsent, type Submission } from '../../contract/submission.js';
import { MailBridgeError } from '../../errors/mail-bridge.error.js';
import { isAttachmentError } from '../../errors/message.errors.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import type { HttpClient } from '../../transport/http/http-client.js';
import type { HttpAnswer, HttpFault, HttpRequest } from '../../transport/http/http-result.js';
import { faultOutcome } from './api-outcome.js';
import { hasStreams, withAttachmentsRead } from './attachment-bytes.js';
import { heldBack } from './held-back.js';
import { submitFitting, type CallRoom } from './partial-batch.js';
import { withoutSecrets } from './request-secrets.js';

const VERIFY_MS = 10_000;

/**
 * What the providers with an HTTP API have in common: read what is streamed, make the request, send it,
 * and say what the answer means. The request and its meaning are each provider's own pure functions.
 */
export abstract class ApiProvider extends MailProviderStrategy {
  /** Bytes that a call of several messages may have, as it is sent. */
  protected readonly maxRequestBytes: number = Infinity;

  protected constructor(
    private readonly client: HttpClient,
    /** Bytes that the attachments of one message may have, before encoding. */
    private readonly maxAttachmentBytes: number,
  ) {
    super();
  }

  /** The request that submits these messages in one call; attachments are in memory. */
  protected abstract request(
    emails: readonly OutgoingEmail[],
    context: SendContext,
  ): HttpRequest | Promise<HttpRequest>;

  /** What its answer means: one result for each message, in the same order. */
  protected abstract outcomes(
    answer: HttpAnswer,
    emails: readonly OutgoingEmail[],
    context: SendContext,
  ): readonly Submission[];

  /** What it means that no answer came. */
  protected faults(fault: HttpFault, emails: readonly OutgoingEmail[]): readonly Submission[] {
    return emails.map(() => faultOutcome(fault));
  }

  /** What one call takes, where it has limits that no planner counts. */
  protected callRoom(): CallRoom | undefined {
    return undefined;
  }

  /** A harmless request that needs the credentials; 2xx proves them. */
  protected abstract verification(): HttpRequest;

  send(email: OutgoingEmail, context: SendContext): Promise<Submission> {
    return hasStreams(email) ? this.sendRead(email, context) : this.sendOne(email, context);
  }

  override sendBatch(
    emails: readonly OutgoingEmail[],
    context: SendContext,
  ): Promise<readonly Submission[]> {
    const room = this.callRoom();
    if (room === undefined) return this.submit(emails, context);
    return submitFitting(
      emails,
      (email) => room.takes(email),
      (fitting) => this.submit(fitting, context),
    );
  }

  /** @throws MailBridgeError saying what does not hold */
  override async verify(): Promise<void> {
    const result = await this.client.request(this.verification(), AbortSignal.timeout(VERIFY_MS));
    if (result.kind === 'fault') {
      throw new MailBridgeError(`no answer came (${result.code})`, result.code);
    }
    if (result.status < 200 || result.status > 299) {
      throw new MailBridgeError(`the answer has status ${result.status}`, 'VERIFY_FAILED');
    }
  }

  override async close(): Promise<void> {
    this.client.close();
  }

  private async sendOne(email: OutgoingEmail, context: SendContext): Promise<Submission> {
    const [submission] = await this.submit([email], context);
    return submission ?? unsent({ code: 'NOTHING_SENT', message: 'nothing was sent' });
  }

  private async sendRead(email: OutgoingEmail, context: SendContext): Promise<Submission> {
    try {
      const read = await withAttachmentsRead(email, this.maxAttachmentBytes, context.signal);
      return await this.sendOne(read, context);
    } catch (error) {
      if (!isAttachmentError(error)) throw error;
      return rejected({ code: error.code, category: 'validation', message: error.message });
    }
  }

  private async submit(
    emails: readonly OutgoingEmail[],
    context: SendContext,
  ): Promise<readonly Submission[]> {
    const made = this.request(emails, context);
    const request = isPromise(made) ? await made : made;
    // Planned by an estimate; what turns out too large goes out in halves.
    if (emails.length > 1 && Buffer.byteLength(request.body ?? '') > this.maxRequestBytes) {
      return emails.map(heldBack);
    }
    const result = await this.client.request(request, stopSignalOf(context));
    return result.kind === 'answer'
      ? this.outcomes(withoutSecrets(result, request), emails, context)
      : this.faults(result, emails);
  }
}
