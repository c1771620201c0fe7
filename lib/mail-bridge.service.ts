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
import type { DryRunDto } from './bulk/dry-run.js';
import type { BulkMessages } from './bulk/message-source.js';
import type {
  BulkOptions,
  DryRunOptions,
  SendOptions,
  StreamOptions,
} from './bulk/send-options.js';
import type { ProviderCapabilities } from './contract/capabilities.js';
import type { EmailResponseDto } from './contract/email-response.dto.js';
import type { MailProviderStrategy } from './contract/mail-provider.strategy.js';
import { Admission } from './delivery/admission.js';
import { Coalescer } from './delivery/coalescer.js';
import type { CircuitState } from './delivery/circuit-breaker.js';
import { Delivery } from './delivery/delivery.js';
import type { DeliveryEvent } from './delivery/delivery-event.js';
import { EmailSendError } from './delivery/email-send.error.js';
import { Lifecycle } from './delivery/lifecycle.js';
import { verifyProvider } from './delivery/verify-provider.js';
import { ClosedError } from './errors/closed.error.js';
import type { EmailMessageDto } from './message/email-message.dto.js';
import type { ProviderCatalog } from './provider-catalog.js';
import { SecondSignal } from './second-signal.js';
import { SingleSender } from './single-sender.js';

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
  readonly #single: SingleSender;
  readonly #bulk: BulkSender;
  readonly #secondSignal = new SecondSignal(() => this.#lifecycle.expire());
  #closed: Promise<void> | undefined;

  /**
   * What happens to messages, as it happens: each attempt with its provider and duration, and each
   * outcome. Hot: who subscribes late has missed what was before. Completes with `close()`.
   */
  readonly deliveries$: Observable<DeliveryEvent>;

  /** @internal Nest makes it; see `MailBridgeModule`. */
  constructor(private readonly providers: ProviderCatalog) {
    this.deliveries$ = providers.events.all$;
    const { bulk, coalesce, limits, maxWaitMs, onUnknown, timeoutMs, unsupportedFeatures } =
      providers.options;
    const warn = (message: string) => this.#logger.warn(message);
    const lifecycle = this.#lifecycle;
    const admission = new Admission({
      limits,
      unsupportedFeatures,
      warn,
      providerNames: () => providers.knownNames(),
    });
    const delivery = new Delivery(lifecycle, {
      attachments: { bytes: limits.bytes, timeoutMs },
      resendUnknown: onUnknown === 'resend',
      events: providers.events,
    });
    const parts = { admission, delivery, lifecycle };
    const coalescer = coalesce && new Coalescer(delivery, lifecycle, coalesce);
    this.#single = new SingleSender({ ...parts, providers, coalescer, maxWaitMs });
    this.#bulk = new BulkSender({ ...parts, warn }, bulk);
  }

  /**
   * Sends one message; resolves when a provider accepted it.
   *
   * @throws InvalidMessageError, UnsupportedFeatureError, AttachmentError before anything is sent
   * @throws EmailSendError when it was not accepted; it says whether sending it again is safe
   */
  async send(message: EmailMessageDto, options?: SendOptions): Promise<EmailResponseDto> {
    this.assertOpen();
    const response = await this.#single.send(message, options);
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
   * Says what `sendBulk` would do, without sending: which calls, which messages in each, and what would
   * be refused and why. Interceptors see the messages as in a bulk; streams are not read.
   *
   * @throws BulkSourceError when the source itself throws
   * @throws ConfigurationError, InvalidMessageError for options that are wrong
   */
  async dryRun(
    messages: BulkMessages | BulkEmailDto,
    options: DryRunOptions = {},
  ): Promise<DryRunDto> {
    this.assertOpen();
    return this.#bulk.dryRun(messages, options, this.providers);
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

  /** Whether calls of the provider are made, kept back after failures, or probed for. */
  circuitState(provider?: string): CircuitState {
    return this.providers.channel(provider).state;
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

  /** Whether anything is under way. */
  get isBusy(): boolean {
    return this.#lifecycle.isBusy;
  }

  /** Lets what is in flight end, within `shutdown.drainTimeoutMs`, then closes the providers. */
  close(): Promise<void> {
    this.#closed ??= this.drainAndClose();
    return this.#closed;
  }

  /** @internal Every configured provider must be there by now, also those registered at run time. */
  onApplicationBootstrap(): void {
    this.providers.check();
    const { route } = this.providers.options;
    this.#logger.log(`Mail goes out by ${route.map((name) => `'${name}'`).join(', then ')}`);
    if (route.includes('mailbox') && process.env['NODE_ENV'] === 'production') {
      this.#logger.warn("The provider 'mailbox' only keeps mail in memory: nobody gets it");
    }
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

  private endIntake(): void {
    this.#lifecycle.end(this.providers.options.shutdown.drainTimeoutMs);
  }

  private async drainAndClose(): Promise<void> {
    this.endIntake();
    await this.#lifecycle.drained();
    await this.providers.close();
    this.providers.events.complete();
  }

  private assertOpen(): void {
    if (!this.#lifecycle.ending.aborted) return;
    throw new ClosedError();
  }
}
