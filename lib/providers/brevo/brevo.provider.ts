import type { BatchRules, ProviderCapabilities } from '../../contract/capabilities.js';
import type { IdempotencyRules, SendContext } from '../../contract/mail-provider.strategy.js';
import type { Submission } from '../../contract/submission.js';
import type { UnsupportedPart } from '../../contract/unsupported-part.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { estimatedContentBytes } from '../../message/size.js';
import { HttpClient } from '../../transport/http/http-client.js';
import type { HttpAnswer, HttpRequest } from '../../transport/http/http-result.js';
import { ApiProvider } from '../api/api-provider.js';
import { hasStreams } from '../api/attachment-bytes.js';
import { jsonHeaders, type JsonHeaders } from '../api/json-headers.js';
import { mergeOptions } from '../api/merge-options.js';
import { CallRoom } from './brevo-call-room.js';
import {
  brevoUnsupported,
  MAX_CALL_RECIPIENTS,
  MAX_MESSAGE_BYTES,
  MAX_RECIPIENTS,
  MAX_VERSIONS,
} from './brevo-limits.js';
import { brevoOutcomes } from './brevo-outcome.js';
import { brevoBody, brevoKey } from './brevo-request.js';
import type { ResolvedBrevoOptions } from './brevo.options.js';

/**
 * How long Brevo knows a key, in milliseconds: 15 minutes by its changelog, 30 by its guide; less the time
 * of a call.
 */
const KEY_LIFETIME_MS = 14 * 60_000;

/** The `brevo` provider: messages of one sender go out as the versions of one call. */
export class BrevoProvider extends ApiProvider {
  override readonly capabilities: ProviderCapabilities = {
    templates: true,
    features: new Set([
      'attachments',
      'headers',
      'metadata',
      'multipleTags',
      'priority',
      'sendAt',
      'stream',
      'tags',
    ]),
    limits: { recipients: MAX_RECIPIENTS, bytes: MAX_MESSAGE_BYTES },
  };

  override readonly batching: BatchRules = {
    maxMessages: MAX_VERSIONS,
    maxRecipients: MAX_CALL_RECIPIENTS,
    maxBytes: MAX_MESSAGE_BYTES,
    // A refusal that may be of one message holds all back; any other is final for all.
    independent: true,
    // Without substitutions each version may have bodies of its own.
    sharedBytes: (email) => (email.substitutions === undefined ? 0 : estimatedContentBytes(email)),
    key: (email) => (hasStreams(email) ? undefined : brevoKey(email)),
  };

  protected override readonly maxRequestBytes = MAX_MESSAGE_BYTES;

  declare readonly idempotency?: IdempotencyRules;

  readonly #url: string;
  readonly #headers: JsonHeaders;

  constructor(private readonly options: ResolvedBrevoOptions) {
    super(new HttpClient(options), options.maxAttachmentBytes);
    if (options.idempotency) this.idempotency = { lifetimeMs: KEY_LIFETIME_MS };
    this.#url = `${options.baseUrl}/v3/smtp/email`;
    this.#headers = jsonHeaders({ 'api-key': options.apiKey });
  }

  override unsupported(email: OutgoingEmail): readonly UnsupportedPart[] {
    return brevoUnsupported(email);
  }

  protected override callRoom(): CallRoom {
    return new CallRoom();
  }

  protected override request(
    emails: readonly OutgoingEmail[],
    { callKey }: SendContext,
  ): HttpRequest {
    const body = brevoBody(emails, this.options.sandbox);
    const keyed =
      callKey === undefined ? body : mergeOptions(body, { headers: { idempotencyKey: callKey } });
    return {
      method: 'POST',
      url: this.#url,
      headers: this.#headers.post,
      body: JSON.stringify(keyed),
    };
  }

  protected override outcomes(
    answer: HttpAnswer,
    emails: readonly OutgoingEmail[],
    { callKey, isRepeated = false }: SendContext,
  ): readonly Submission[] {
    return brevoOutcomes(answer, {
      count: emails.length,
      hasOneTemplate: new Set(emails.map(({ templateId }) => templateId)).size === 1,
      key: callKey === undefined ? undefined : { isRepeated },
    });
  }

  /** Tells what the account is. */
  protected override verification(): HttpRequest {
    return { method: 'GET', url: `${this.options.baseUrl}/v3/account`, headers: this.#headers.get };
  }
}
