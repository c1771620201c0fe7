import type { ProviderCapabilities } from '../../contract/capabilities.js';
import { cleanText } from '../../contract/clean-text.js';
import { stopSignalOf } from '../../contract/light-signal.js';
import { MailProviderStrategy, type SendContext } from '../../contract/mail-provider.strategy.js';
import { rejected, unsent, type Submission } from '../../contract/submission.js';
import { MailBridgeError } from '../../errors/mail-bridge.error.js';
import { isAttachmentError } from '../../errors/message.errors.js';
import { isMissingPackageError } from '../../errors/missing-package.error.js';
import { describeProblem, type Problem } from '../../errors/problem.js';
import { envelopeRecipients } from '../../message/envelope.js';
import type { OutgoingEmail } from '../../message/outgoing-email.js';
import { unsendableAttachments } from '../../mime/media-type.js';
import { MimeComposer, type MimeMessage } from '../../mime/mime-composer.js';
import { SmtpPool } from '../../transport/smtp/smtp-pool.js';
import type { SmtpContent, SmtpDsn, SmtpEnvelope } from '../../transport/smtp/smtp-result.js';
import { readMessageDsn } from './smtp-dsn.js';
import { failureOf } from './smtp-failure.js';
import { submissionOf } from './smtp-outcome.js';
import { secretsOf } from './smtp-secrets.js';
import type { ResolvedSmtpOptions } from './smtp.options.js';

const FEATURES: ProviderCapabilities['features'] = new Set([
  'attachments',
  'inlineAttachments',
  'headers',
  'internationalAddress',
  'multipleReplyTo',
  'priority',
  'returnPath',
  'specialAddress',
  'trackingOff',
]);

/** The `smtp` provider: composes a message, submits it over the pool, and says what became of it. */
export class SmtpProvider extends MailProviderStrategy {
  override readonly heedsEnvelopeTo = true;

  override readonly capabilities: ProviderCapabilities;
  readonly #composer: MimeComposer;
  readonly #pool: SmtpPool;

  /** @param maxStreamedBytes what one streamed attachment may have */
  constructor(
    private readonly options: ResolvedSmtpOptions,
    maxStreamedBytes?: number,
  ) {
    super();
    const { relayHeaders } = options;
    this.capabilities = {
      templates: false,
      features: FEATURES,
      ...(relayHeaders !== undefined && { relayHeaders }),
    };
    this.#composer = new MimeComposer({ dkim: options.dkim, maxStreamedBytes });
    this.#pool = new SmtpPool(options);
  }

  override unsupported(email: OutgoingEmail): readonly string[] {
    return unsendableAttachments(email);
  }

  async send(email: OutgoingEmail, context: SendContext): Promise<Submission> {
    const problems: Problem[] = [];
    const report = (path: string, message: string) => problems.push({ path, message });
    const dsn = readMessageDsn(email.providerOptions?.['smtp'], report) ?? this.options.dsn;
    if (problems.length > 0) return invalidOptions(problems);
    const message = await this.compose(email);
    if ('outcome' in message) return message;
    const result = await this.#pool.submit(
      { envelope: envelopeOf(email, message, dsn), ...contentOf(message) },
      stopSignalOf(context),
    );
    return submissionOf(result, { messageId: message.messageId, secrets: this.secrets() });
  }

  /** @throws MailBridgeError saying what is wrong with the connection or the credentials */
  override async verify(): Promise<void> {
    const fault = await this.#pool.verify(new AbortController().signal);
    if (fault === undefined) return;
    const { code, message } = failureOf(fault).failure;
    throw new MailBridgeError(`SMTP: ${cleanText(message, this.secrets())}`, code);
  }

  override async close(): Promise<void> {
    await this.#pool.close();
  }

  /** Nothing has been sent yet, so whatever goes wrong here is surely not taken. */
  private async compose(email: OutgoingEmail): Promise<MimeMessage | Submission> {
    try {
      return await this.#composer.compose(email);
    } catch (error) {
      if (isMissingPackageError(error)) throw error;
      if (isAttachmentError(error)) {
        return rejected({ code: error.code, category: 'validation', message: error.message });
      }
      return unsent({
        code: 'COMPOSE',
        retryable: false,
        message: 'The message cannot be composed',
      });
    }
  }

  private secrets(): readonly string[] {
    return secretsOf(this.options.auth, this.#pool.secrets);
  }
}

function contentOf(message: MimeMessage): SmtpContent {
  const { chunks } = message;
  return chunks === undefined ? { open: () => message.open() } : { chunks };
}

function envelopeOf(email: OutgoingEmail, { size }: MimeMessage, dsn?: SmtpDsn): SmtpEnvelope {
  return {
    from: email.returnPath ?? email.from.address,
    to: envelopeRecipients(email),
    ...(size !== undefined && { size }),
    ...(email.features.has('internationalAddress') && { smtpUtf8: true }),
    ...(dsn !== undefined && { dsn: { ...dsn, envid: dsn.envid ?? email.id } }),
  };
}

function invalidOptions(problems: readonly Problem[]): Submission {
  const message = problems.map(describeProblem).join('; ');
  return rejected({ code: 'INVALID_PROVIDER_OPTIONS', category: 'validation', message });
}
