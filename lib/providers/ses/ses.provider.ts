import type { BatchRules, ProviderCapabilities } from '../../contract/capabilities.js';
import { MailProviderStrategy, type SendContext } from '../../contract/mail-provider.strategy.js';
import { rejected, type Submission } from '../../contract/submission.js';
import { MailBridgeError } from '../../errors/mail-bridge.error.js';
import { isAttachmentError } from '../../errors/message.errors.js';
import type { UnsupportedPart } from '../../contract/unsupported-part.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { SesClient } from '../../transport/ses/ses-client.js';
import { withAttachmentsRead } from '../api/attachment-bytes.js';
import { sesBatching } from './ses-batching.js';
import { SES_LIMITS, sesProblems } from './ses-limits.js';
import { bulkOutcomes, messageOutcome } from './ses-outcome.js';
import { bulkRequest, messageRequest } from './ses-request.js';
import { accountProblem } from './ses-account.js';
import type { ResolvedSesOptions } from './ses.options.js';

const VERIFY_MS = 10_000;

/** The `ses` provider: Amazon SES, one by one with `SendEmail`, in batches with `SendBulkEmail`. */
export class SesProvider extends MailProviderStrategy {
  override readonly capabilities: ProviderCapabilities = {
    templates: true,
    features: new Set([
      'attachments',
      'inlineAttachments',
      'headers',
      'metadata',
      'multipleReplyTo',
      'multipleTags',
      'priority',
      'returnPath',
      'stream',
      'tags',
      'trackClicks',
      'trackOpens',
      'trackingOff',
    ]),
    limits: SES_LIMITS,
  };
  override readonly batching: BatchRules;
  readonly #client: SesClient;

  constructor(
    private readonly options: ResolvedSesOptions,
    /** Bytes that the attachments of one message may have, before encoding. */
    private readonly maxAttachmentBytes: number,
  ) {
    super();
    this.batching = sesBatching(options);
    this.#client = new SesClient(options);
  }

  override unsupported(email: OutgoingEmail): readonly UnsupportedPart[] {
    return sesProblems(email);
  }

  async send(email: OutgoingEmail, { signal }: SendContext): Promise<Submission> {
    try {
      const read = await withAttachmentsRead(email, this.maxAttachmentBytes, signal);
      const input = messageRequest(read, this.options);
      const result = await this.#client.call({ operation: 'SendEmail', input }, signal);
      return messageOutcome(result, email);
    } catch (error) {
      if (!isAttachmentError(error)) throw error;
      return rejected({ code: error.code, category: 'validation', message: error.message });
    }
  }

  override async sendBatch(
    emails: readonly OutgoingEmail[],
    { signal }: SendContext,
  ): Promise<readonly Submission[]> {
    const input = bulkRequest(emails, this.options);
    const result = await this.#client.call({ operation: 'SendBulkEmail', input }, signal);
    return bulkOutcomes(result, emails);
  }

  /**
   * Asks for the account with `GetAccount`, for which the credentials need the permission
   * `ses:GetAccount`.
   *
   * @throws MailBridgeError saying what does not hold
   */
  override async verify(): Promise<void> {
    const signal = AbortSignal.timeout(VERIFY_MS);
    const problem = accountProblem(
      await this.#client.call({ operation: 'GetAccount', input: {} }, signal),
    );
    if (problem !== undefined) throw new MailBridgeError(problem.message, problem.code);
  }

  override async close(): Promise<void> {
    await this.#client.close();
  }
}
