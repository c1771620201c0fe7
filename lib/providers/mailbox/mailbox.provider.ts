import { addAbortSignal, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ALL_FEATURES, type ProviderCapabilities } from '../../contract/capabilities.js';
import { MailProviderStrategy, type SendContext } from '../../contract/mail-provider.strategy.js';
import { accepted, type Submission } from '../../contract/submission.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { unsendableAttachments } from '../../mime/media-type.js';
import { MimeComposer } from '../../mime/mime-composer.js';
import { captureFailure } from './mailbox.failures.js';
import { MAILBOX_DEFAULTS, type ResolvedMailboxOptions } from './mailbox.options.js';
import { parseCapturedMail } from './mailbox.parser.js';
import { MailboxStore } from './mailbox.store.js';

/**
 * The `mailbox` provider: accepts every message and keeps it in memory as its recipients would get it,
 * for development, demos and tests. What it holds is in its `store`.
 */
export class MailboxProvider extends MailProviderStrategy {
  override readonly heedsEnvelopeTo = true;

  override readonly capabilities: ProviderCapabilities = {
    templates: true,
    features: ALL_FEATURES,
  };

  readonly store: MailboxStore;
  readonly #composer: MimeComposer;

  /** @param maxStreamedBytes what one streamed attachment may have */
  constructor(options: ResolvedMailboxOptions = MAILBOX_DEFAULTS, maxStreamedBytes?: number) {
    super();
    this.store = new MailboxStore(options);
    this.#composer = new MimeComposer({ maxStreamedBytes });
  }

  override unsupported(email: OutgoingEmail): readonly string[] {
    return unsendableAttachments(email);
  }

  async send(email: OutgoingEmail, { signal }: SendContext): Promise<Submission> {
    try {
      const message = await this.#composer.compose(email);
      const raw = await readAll(message.open(), signal);
      this.store.add(await parseCapturedMail(email, message.messageId, raw));
      return accepted(message.messageId);
    } catch (error) {
      return captureFailure(error, signal);
    }
  }

  /** There is nothing to connect to. */
  override async verify(): Promise<void> {}

  override async close(): Promise<void> {
    this.store.close();
  }
}

function readAll(stream: Readable, signal: AbortSignal): Promise<Buffer> {
  return buffer(addAbortSignal(signal, stream));
}
