import type { BatchRules, ProviderCapabilities } from '../../contract/capabilities.js';
import { isPromise } from '../../contract/is-promise.js';
import type { Submission } from '../../contract/submission.js';
import type { UnsupportedPart } from '../../contract/unsupported-part.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { estimatedContentBytes } from '../../message/size.js';
import { HttpClient } from '../../transport/http/http-client.js';
import type { HttpAnswer, HttpRequest } from '../../transport/http/http-result.js';
import { isJsonObject, type JsonObject } from '../api/answer-json.js';
import { ApiProvider } from '../api/api-provider.js';
import { hasStreams } from '../api/attachment-bytes.js';
import { jsonHeaders, type JsonHeaders } from '../api/json-headers.js';
import { CallRoom } from './sendgrid-call-room.js';
import {
  MAX_CATEGORIES,
  MAX_RECIPIENTS,
  MAX_REQUEST_BYTES,
  sendGridUnsupported,
} from './sendgrid-limits.js';
import { sendGridOutcomes } from './sendgrid-outcome.js';
import { sendGridUnique } from './sendgrid-personalization.js';
import { allowedOptions } from './sendgrid-provider-options.js';
import { sendGridBody, sendGridKey } from './sendgrid-request.js';
import type { ResolvedSendGridOptions } from './sendgrid.options.js';

/** The `sendgrid` provider: messages of one content go out as the personalizations of one call. */
export class SendGridProvider extends ApiProvider {
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
    limits: { recipients: MAX_RECIPIENTS, bytes: MAX_REQUEST_BYTES, tags: MAX_CATEGORIES },
  };

  override readonly batching: BatchRules = {
    maxMessages: MAX_RECIPIENTS,
    maxRecipients: MAX_RECIPIENTS,
    maxBytes: MAX_REQUEST_BYTES,
    // A refusal names those it means; one of what all share is final, and not looked for by halving.
    independent: true,
    sharedBytes: estimatedContentBytes,
    key: (email) => (hasStreams(email) ? undefined : sendGridKey(email)),
    unique: sendGridUnique,
  };

  protected override readonly maxRequestBytes = MAX_REQUEST_BYTES;

  readonly #url: string;
  readonly #headers: JsonHeaders;

  constructor(private readonly options: ResolvedSendGridOptions) {
    super(new HttpClient(options), options.maxAttachmentBytes);
    this.#url = `${options.baseUrl}/v3/mail/send`;
    this.#headers = jsonHeaders({ authorization: `Bearer ${options.apiKey}` });
  }

  override unsupported(email: OutgoingEmail): readonly UnsupportedPart[] {
    return sendGridUnsupported(email);
  }

  protected override callRoom(): CallRoom {
    return new CallRoom();
  }

  protected override request(emails: readonly OutgoingEmail[]): HttpRequest | Promise<HttpRequest> {
    const body = sendGridBody(emails, this.options.sandbox);
    return isPromise(body) ? body.then((written) => this.post(written)) : this.post(body);
  }

  private post(body: JsonObject): HttpRequest {
    return {
      method: 'POST',
      url: this.#url,
      headers: this.#headers.post,
      body: JSON.stringify(body),
    };
  }

  protected override outcomes(
    answer: HttpAnswer,
    emails: readonly OutgoingEmail[],
  ): readonly Submission[] {
    const isSandbox = this.options.sandbox || asksForSandbox(emails);
    return sendGridOutcomes(answer, { count: emails.length, isSandbox });
  }

  /** Lists what the key may do. */
  protected override verification(): HttpRequest {
    return { method: 'GET', url: `${this.options.baseUrl}/v3/scopes`, headers: this.#headers.get };
  }
}

/** The messages of a call have their provider options in common. */
function asksForSandbox([email]: readonly OutgoingEmail[]): boolean {
  const settings = email && allowedOptions(email)['mail_settings'];
  const sandbox = isJsonObject(settings) ? settings['sandbox_mode'] : undefined;
  return isJsonObject(sandbox) && sandbox['enable'] === true;
}
