import { checkSendOptions, type SendOptions } from './bulk/send-options.js';
import type { EmailResponseDto } from './contract/email-response.dto.js';
import { idOf, type Admission } from './delivery/admission.js';
import type { Coalescer } from './delivery/coalescer.js';
import { cancelled, type Delivery } from './delivery/delivery.js';
import { deliveryRun, type DeliveryRun, type Providers } from './delivery/delivery-run.js';
import type { Lifecycle } from './delivery/lifecycle.js';
import type { Parcel } from './delivery/parcel.js';
import { stopSignal } from './delivery/stop-signal.js';
import {
  isIntercepted,
  wrapUp,
  wrapUpIntercepted,
  type InterceptedRun,
} from './delivery/wrap-up.js';
import type { EmailMessageDto } from './message/email-message.dto.js';

/** What single messages are sent with. */
export interface SingleSenderParts {
  readonly admission: Admission;
  readonly delivery: Delivery;
  readonly lifecycle: Lifecycle;
  readonly providers: Providers;
  /** Lets messages of about the same time share calls; `undefined`: each has its own. */
  readonly coalescer: Coalescer | undefined;
  /** How long one message waits for providers that are paused or down, in milliseconds. */
  readonly maxWaitMs: number;
}

/** Sends one message at a time, and says what became of it. */
export class SingleSender {
  /** What messages without options have in common; it is there once their providers are. */
  #plainRun: DeliveryRun | undefined;

  constructor(private readonly parts: SingleSenderParts) {}

  /**
   * @throws InvalidMessageError, UnsupportedFeatureError, ConfigurationError for options that are wrong:
   *   at once. AttachmentError, and what an interceptor throws: later
   */
  send(message: EmailMessageDto, options?: SendOptions): Promise<EmailResponseDto> {
    const { ending } = this.parts.lifecycle;
    if (options === undefined) return this.deliver(message, this.plainRun(), ending);
    const checked = checkSendOptions(options);
    const run = this.runWith(checked);
    // Most messages come without a signal of their own: joining two costs more than all the rest here.
    if (checked.signal === undefined) return this.deliver(message, run, ending);
    const { signal: stop, dispose } = stopSignal(checked.signal, ending);
    return this.deliver(message, run, stop).finally(dispose);
  }

  private plainRun(): DeliveryRun {
    if (this.#plainRun !== undefined) return this.#plainRun;
    const run = this.runWith({});
    // Interceptors are told of each run.
    if (!isIntercepted(run)) this.#plainRun = run;
    return run;
  }

  private runWith({ provider, signal, lane = 'normal', maxWaitMs }: SendOptions): DeliveryRun {
    const { admission, coalescer, providers } = this.parts;
    const sharesCalls = coalescer !== undefined && signal === undefined;
    return deliveryRun(admission, providers, {
      kind: 'send',
      sharesCalls,
      provider,
      lane,
      waits: { maxMs: maxWaitMs ?? this.parts.maxWaitMs, of: 'send' },
    });
  }

  private deliver(
    message: EmailMessageDto,
    run: DeliveryRun,
    stop: AbortSignal,
  ): Promise<EmailResponseDto> {
    return isIntercepted(run)
      ? this.deliverIntercepted(message, run, stop)
      : this.handOn(wrapUp(message, run), run, stop);
  }

  private async deliverIntercepted(
    message: EmailMessageDto,
    run: InterceptedRun,
    stop: AbortSignal,
  ): Promise<EmailResponseDto> {
    const parcel = await this.parts.lifecycle.track(throughInterceptors(message, run, stop));
    return 'outcome' in parcel ? parcel : this.handOn(parcel, run, stop);
  }

  private handOn(parcel: Parcel, run: DeliveryRun, stop: AbortSignal): Promise<EmailResponseDto> {
    const inCompany = run.sharesCalls ? this.parts.coalescer?.deliver(parcel, run) : undefined;
    return inCompany ?? this.deliverAlone(parcel, run, stop);
  }

  private async deliverAlone(
    parcel: Parcel,
    run: DeliveryRun,
    stop: AbortSignal,
  ): Promise<EmailResponseDto> {
    let unreadable: { readonly error: unknown } | undefined;
    const onUnreadable = (error: unknown) => (unreadable = { error });
    const [response] = await this.parts.delivery.deliver([parcel], { run, stop, onUnreadable });
    if (unreadable !== undefined) throw unreadable.error;
    return response ?? cancelled(parcel.email.id, undefined, run.route.first.name);
  }
}

/** @throws what an interceptor threw, as it is */
async function throughInterceptors(
  message: EmailMessageDto,
  run: InterceptedRun,
  stop: AbortSignal,
): Promise<Parcel | EmailResponseDto> {
  const id = idOf(message);
  const wrapped = await wrapUpIntercepted(message, id, run, stop);
  if (wrapped === undefined) return cancelled(id, undefined, run.route.first.name);
  if ('refusal' in wrapped) throw wrapped.refusal;
  return wrapped;
}
