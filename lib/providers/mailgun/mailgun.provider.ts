import type { BatchRules, ProviderCapabilities } from '../../contract/capabilities.js';
import type { SendContext } from '../../contract/mail-provider.strategy.js';
import type { Submission } from '../../contract/submission.js';
import type { UnsupportedPart } from '../../contract/unsupported-part.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { estimatedContentBytes } from '../../message/size.js';
import { HttpClient } from '../../transport/http/http-client.js';
import type { HttpAnswer, HttpRequest } from '../../transport/http/http-result.js';
import { ApiProvider } from '../api/api-provider.js';
import { heldBack } from '../api/held-back.js';
import { submitFitting } from '../api/partial-batch.js';
import { MAILGUN_LIMITS, mailgunUnsupported } from './mailgun-limits.js';
import { mailgunOutcome } from './mailgun-outcome.js';
import { mailgunRequest, mailgunVerification } from './mailgun-request.js';
import { mailgunKey } from './mailgun-sharing.js';
import type { ResolvedMailgunOptions } from './mailgun.options.js';

/** Base64 makes three bytes four, and breaks lines. */
const MAX_ATTACHMENT_BYTES = Math.floor(MAILGUN_LIMITS.messageBytes * 0.73);

/**
 * The `mailgun` provider. Messages of one content to one recipient each share a call, up to 1,000: what
 * differs between them travels as recipient variables, which Mailgun knows by the address.
 */
export class MailgunProvider extends ApiProvider {
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
      'sendAt',
      'stream',
      'tags',
      'trackClicks',
      'trackOpens',
      'trackingOff',
    ]),
    limits: {
      recipients: MAILGUN_LIMITS.recipients,
      bytes: MAILGUN_LIMITS.messageBytes,
      tags: MAILGUN_LIMITS.tags,
    },
  };

  override readonly batching: BatchRules = {
    maxMessages: MAILGUN_LIMITS.recipients,
    maxRecipients: MAILGUN_LIMITS.recipients,
    maxBytes: MAILGUN_LIMITS.messageBytes,
    sharedBytes: estimatedContentBytes,
    key: (email) => mailgunKey(email, this.options),
    unique: mailgunUnique,
  };

  constructor(private readonly options: ResolvedMailgunOptions) {
    super(new HttpClient(options), MAX_ATTACHMENT_BYTES);
  }

  override unsupported(email: OutgoingEmail): readonly UnsupportedPart[] {
    return mailgunUnsupported(email, this.options);
  }

  /** Variables are known by address: a second message to the same one goes out in the next call. */
  override sendBatch(
    emails: readonly OutgoingEmail[],
    context: SendContext,
  ): Promise<readonly Submission[]> {
    const addresses = new Set<string>();
    const isFirst = (email: OutgoingEmail) =>
      mailgunUnique(email).every((address) => {
        const before = addresses.size;
        return addresses.add(address).size > before;
      });
    return submitFitting(emails, isFirst, async (fitting) => {
      const submissions = await super.sendBatch(fitting, context);
      // Beside others that wait, a refusal of several would look like each one's own.
      const isShared = fitting.length > 1 && submissions[0]?.outcome === 'rejected';
      return isShared && fitting.length < emails.length ? fitting.map(heldBack) : submissions;
    });
  }

  protected request(emails: readonly OutgoingEmail[]): HttpRequest {
    return mailgunRequest(emails, this.options);
  }

  protected outcomes(answer: HttpAnswer, emails: readonly OutgoingEmail[]): readonly Submission[] {
    const submission = mailgunOutcome(answer);
    return emails.map(() => submission);
  }

  protected verification(): HttpRequest {
    return mailgunVerification(this.options);
  }
}

/** Recipient variables are known by the address, whatever its case. Who shares a call has one recipient. */
function mailgunUnique({ to }: OutgoingEmail): readonly string[] {
  return to.map(({ address }) => address.toLowerCase());
}
