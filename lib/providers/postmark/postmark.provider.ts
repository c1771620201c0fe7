import type { BatchRules, ProviderCapabilities } from '../../contract/capabilities.js';
import type { Submission } from '../../contract/submission.js';
import type { UnsupportedPart } from '../../contract/unsupported-part.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { HttpClient } from '../../transport/http/http-client.js';
import type { HttpAnswer, HttpRequest } from '../../transport/http/http-result.js';
import { ApiProvider } from '../api/api-provider.js';
import { hasStreams } from '../api/attachment-bytes.js';
import { POSTMARK_LIMITS, postmarkUnsupported } from './postmark-limits.js';
import { postmarkOutcomes } from './postmark-outcome.js';
import { postmarkKind, postmarkRequest, postmarkVerification } from './postmark-request.js';
import type { ResolvedPostmarkOptions } from './postmark.options.js';

/** Base64 makes three bytes four. */
const MAX_ATTACHMENT_BYTES = (POSTMARK_LIMITS.messageBytes / 4) * 3;

/**
 * The `postmark` provider. Every message of a batch is whole in itself and has a result of its own, so
 * any messages share a call: up to 500, those with a stored template apart from the others.
 */
export class PostmarkProvider extends ApiProvider {
  override readonly capabilities: ProviderCapabilities = {
    templates: true,
    features: new Set([
      'attachments',
      'inlineAttachments',
      'headers',
      'metadata',
      'multipleReplyTo',
      'priority',
      'stream',
      'tags',
      'trackClicks',
      'trackOpens',
      'trackingOff',
    ]),
    limits: {
      recipients: POSTMARK_LIMITS.recipients,
      bytes: POSTMARK_LIMITS.messageBytes,
      tags: POSTMARK_LIMITS.tags,
    },
  };

  override readonly batching: BatchRules = {
    maxMessages: POSTMARK_LIMITS.messages,
    maxBytes: POSTMARK_LIMITS.batchBytes,
    independent: true,
    key: (email) => (hasStreams(email) ? undefined : postmarkKind(email)),
  };

  protected override readonly maxRequestBytes = POSTMARK_LIMITS.batchBytes;

  constructor(private readonly options: ResolvedPostmarkOptions) {
    super(new HttpClient(options), MAX_ATTACHMENT_BYTES);
  }

  override unsupported(email: OutgoingEmail): readonly UnsupportedPart[] {
    return postmarkUnsupported(email, this.options);
  }

  protected request(emails: readonly OutgoingEmail[]): HttpRequest | Promise<HttpRequest> {
    return postmarkRequest(emails, this.options);
  }

  protected outcomes(answer: HttpAnswer, emails: readonly OutgoingEmail[]): readonly Submission[] {
    return postmarkOutcomes(answer, emails);
  }

  protected verification(): HttpRequest {
    return postmarkVerification(this.options);
  }
}
