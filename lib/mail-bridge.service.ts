import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { BulkEmailDto } from './bulk/bulk-email.dto.js';
import type { BulkEmailResponseDto } from './bulk/bulk-response.dto.js';
import { BulkSender } from './bulk/bulk-sender.js';
import type { BulkMessages } from './bulk/message-source.js';
import {
  checkSendOptions,
  type BulkOptions,
  type SendOptions,
  type StreamOptions,
} from './bulk/send-options.js';
import type { ProviderCapabilities } from './contract/capabilities.js';
import type { MailProviderStrategy } from './contract/mail-provider.strategy.js';
import { Admission } from './delivery/admission.js';
import { Delivery, cancelled, parcel } from './delivery/delivery.js';
import type { EmailResponseDto } from './delivery/email-response.dto.js';
import { EmailSendError } from './delivery/email-send.error.js';
import { Lifecycle } from './delivery/lifecycle.js';
import type { ProviderChannel } from './delivery/provider-channel.js';
import { stopSignal } from './delivery/stop-signal.js';
import { verifyProvider } from './delivery/verify-provider.js';
import { MailBridgeError } from './errors/mail-bridge.error.js';
import type { EmailMessageDto } from './message/email-message.dto.js';
import type { OutgoingEmail } from './message/outgoing-email.js';
import type { ProviderCatalog } from './provider-catalog.js';
import { SecondSignal } from './second-signal.js';

/**
 * Sends e-mail through the configured provider and says what became of each message. Inject it:
 * `constructor(private readonly mail: MailBridgeService) {}`.
 */
@Injectable()
export class MailBridgeService
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  readonly #logger = new Logger(MailBridgeService.name);
  readonly #lifecycle = new Lifecycle();
  readonly #admission: Admission;
  readonly #delivery: Delivery;
  readonly #bulk: BulkSender;
  readonly #secondSignal = new SecondSignal(() => this.#lifecycle.expire());
  #closed: Promise<void> | undefined;

  /** @internal Nest makes it; see `MailBridgeModule`. */
  constructor(private readonly providers: ProviderCatalog) {
    const { bulk, limits, timeoutMs, unsupportedFeatures } = providers.options;
    const warn = (message: string) => this.#logger.warn(message);
    this.#admission = new Admission({ limits, unsupportedFeatures, warn });
    this.#delivery = new Delivery(this.#lifecycle, { bytes: limits.bytes, timeoutMs });
    this.#bulk = new BulkSender(
      { admission: this.#admission, delivery: this.#delivery, lifecycle: this.#lifecycle, warn },
      bulk,
    );
  }

  /**
   * Sends one message; resolves when a provider accepted it.
   *
   * @throws InvalidMessageError, UnsupportedFeatureError, AttachmentError before anything is sent
   * @throws EmailSendError when it was not accepted; it says whether sending it again is safe
   */
  async send(message: EmailMessageDto, options: SendOptions = {}): Promise<EmailResponseDto> {
    this.assertOpen();
    const { provider, signal } = checkSendOptions(options);
    const channel = this.providers.channel(provider);
    const defaults = this.providers.defaults(channel.name);
    const email = this.#admission.admit(message, channel, defaults);
    const response = await this.deliver(email, channel, signal);
    if (!response.success) throw new EmailSendError(response);
    return response;
  }

  /**
   * Sends any number of messages: every one that is taken from the source has exactly one outcome, in
   * input order, and none of them makes this throw.
   *
   * @throws BulkSourceError when the source itself throws; it carries the response so far
   * @throws ConfigurationError, InvalidMessageError for options that are wrong, before anything is taken
   */
  async sendBulk(
    messages: BulkMessages | BulkEmailDto,
    options: BulkOptions = {},
  ): Promise<BulkEmailResponseDto> {
    this.assertOpen();
    return this.#bulk.send(messages, options, this.providers);
  }

  /**
   * The same as it happens: emits each response when it is there and completes after the last.
   * Subscribing starts the bulk, once; unsubscribing ends its intake.
   */
  stream(
    messages: BulkMessages | BulkEmailDto,
    options: StreamOptions = {},
  ): Observable<EmailResponseDto> {
    this.assertOpen();
    return this.#bulk.stream(messages, options, this.providers);
  }

  /**
   * Proves connection and credentials without sending.
   *
   * @throws UnsupportedFeatureError when the provider has no way to do so
   * @throws MailBridgeError saying what does not hold
   */
  async verify(provider?: string): Promise<void> {
    this.assertOpen();
    const { name, strategy } = this.providers.channel(provider);
    await verifyProvider(name, strategy);
  }

  /** What the provider can carry. @throws ProviderNotFoundError */
  capabilities(provider?: string): ProviderCapabilities {
    return this.providers.channel(provider).capabilities;
  }

  /** Whether the configured provider renders templates that are stored with it. */
  supportsTemplates(): boolean {
    return this.capabilities().templates;
  }

  /** Whether the configured provider takes several messages in one call. */
  supportsBulkSending(): boolean {
    return this.providers.channel().batches;
  }

  /** The names that `provider` may have. */
  availableProviders(): string[] {
    return this.providers.names();
  }

  /** Registers a provider, as `@MailProvider(name)` does. @throws ConfigurationError when the name is taken */
  registerProvider(name: string, strategy: MailProviderStrategy): void {
    this.providers.register(name, strategy);
  }

  /** Lets what is in flight end, within `shutdown.drainTimeoutMs`, then closes the providers. */
  close(): Promise<void> {
    this.#closed ??= this.drainAndClose();
    return this.#closed;
  }

  /** @internal Every configured provider must be there by now, also those registered at run time. */
  onApplicationBootstrap(): void {
    this.providers.check();
  }

  /** @internal Requests that wait for a bulk would hold Nest up before it reaches the next hook. */
  beforeApplicationShutdown(signal?: string): void {
    if (signal !== undefined) this.#secondSignal.listen();
    this.endIntake();
  }

  /** @internal */
  async onApplicationShutdown(): Promise<void> {
    await this.close();
    this.#secondSignal.dispose();
  }

  private async deliver(
    unresolved: OutgoingEmail,
    channel: ProviderChannel,
    signal: AbortSignal | undefined,
  ): Promise<EmailResponseDto> {
    const stop = stopSignal(signal, this.#lifecycle.ending);
    try {
      const email = await this.#delivery.resolve(unresolved);
      const run = { channel, stop: stop.signal };
      const [response] = await this.#delivery.deliver([parcel(email, channel)], run);
      return response ?? cancelled(email.id, undefined, channel.name);
    } finally {
      stop.dispose();
    }
  }

  private endIntake(): void {
    this.#lifecycle.end(this.providers.options.shutdown.drainTimeoutMs);
  }

  private async drainAndClose(): Promise<void> {
    this.endIntake();
    await this.#lifecycle.drained();
    await this.providers.close();
  }

  private assertOpen(): void {
    if (!this.#lifecycle.ending.aborted) return;
    throw new MailBridgeError('This MailBridge is closed: nothing can be sent any more', 'CLOSED');
  }
}
