import type { BatchRules, ProviderCapabilities } from '../../contract/capabilities.js';
import { unknown, type Submission } from '../../contract/submission.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { estimatedContentBytes } from '../../message/size.js';
import { HttpClient } from '../../transport/http/http-client.js';
import type { HttpAnswer, HttpFault, HttpRequest } from '../../transport/http/http-result.js';
import type { JsonObject } from '../api/answer-json.js';
import { ApiProvider } from '../api/api-provider.js';
import { hasStreams } from '../api/attachment-bytes.js';
import { digest } from '../api/batch-key.js';
import { jsonHeaders, type JsonHeaders } from '../api/json-headers.js';
import { mergeOptions } from '../api/merge-options.js';
import { CallRoom } from './brevo-call-room.js';
import { IdempotencyKeys, type IdempotencyKey } from './brevo-idempotency.js';
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

/** A call with its key, until its answer comes. */
interface KeyedCall {
  readonly id: string;
  readonly key: IdempotencyKey;
}

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

  readonly #keys = new IdempotencyKeys();
  readonly #calls = new WeakMap<readonly OutgoingEmail[], KeyedCall>();

  readonly #url: string;
  readonly #headers: JsonHeaders;

  constructor(private readonly options: ResolvedBrevoOptions) {
    super(new HttpClient(options), options.maxAttachmentBytes);
    this.#url = `${options.baseUrl}/v3/smtp/email`;
    this.#headers = jsonHeaders({ 'api-key': options.apiKey });
  }

  override unsupported(email: OutgoingEmail): readonly string[] {
    return brevoUnsupported(email);
  }

  protected override callRoom(): CallRoom {
    return new CallRoom();
  }

  protected override request(emails: readonly OutgoingEmail[]): HttpRequest {
    const body = brevoBody(emails, this.options.sandbox);
    return {
      method: 'POST',
      url: this.#url,
      headers: this.#headers.post,
      body: JSON.stringify(this.options.idempotency ? this.withKey(body, emails) : body),
    };
  }

  protected override outcomes(
    answer: HttpAnswer,
    emails: readonly OutgoingEmail[],
  ): readonly Submission[] {
    const call = {
      count: emails.length,
      hasOneTemplate: new Set(emails.map(({ templateId }) => templateId)).size === 1,
      key: this.#calls.get(emails)?.key,
    };
    return this.settled(brevoOutcomes(answer, call), emails);
  }

  protected override faults(
    fault: HttpFault,
    emails: readonly OutgoingEmail[],
  ): readonly Submission[] {
    return this.settled(super.faults(fault, emails), emails);
  }

  /** Tells what the account is. */
  protected override verification(): HttpRequest {
    return { method: 'GET', url: `${this.options.baseUrl}/v3/account`, headers: this.#headers.get };
  }

  private withKey(body: JsonObject, emails: readonly OutgoingEmail[]): JsonObject {
    const id = digest(JSON.stringify([emails.map((email) => email.id), body]));
    const key = this.#keys.keyFor(id, Date.now());
    this.#calls.set(emails, { id, key });
    return mergeOptions(body, { headers: { idempotencyKey: key.value } });
  }

  /** A call whose fate is unknown keeps its key, with which it may safely be sent again. */
  private settled(
    submissions: readonly Submission[],
    emails: readonly OutgoingEmail[],
  ): readonly Submission[] {
    const call = this.#calls.get(emails);
    if (call === undefined) return submissions;
    if (!submissions.some(({ outcome }) => outcome === 'unknown')) {
      this.#keys.forget(call.id);
      return submissions;
    }
    this.#keys.keep(call.id, call.key, Date.now());
    return submissions.map((each) =>
      each.outcome === 'unknown' ? unknown({ ...each.failure, retryable: true }) : each,
    );
  }
}
